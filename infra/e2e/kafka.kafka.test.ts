/** The platform as people start it, with its feed through Kafka: forms in, the relay, the topics, the loader, numbers out. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { createKafka } from '../platform/kafka/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { fillDemo, startPlatform, type RunningPlatform } from './platform.ts'

const PREFIX = `e2e-${process.pid}.`
const Feed = z.object({
  consumers: z.array(
    z.looseObject({ name: z.string(), waiting_events: z.number(), delivered_events: z.number() }),
  ),
})
const Audit = z.looseObject({ differences: z.array(z.unknown()) })

let platform: RunningPlatform
beforeAll(async () => {
  platform = await startPlatform({ KAFKA_BROKERS: inject('kafkaBroker'), KAFKA_TOPIC_PREFIX: PREFIX })
}, 300_000)
afterAll(() => platform.stop())

it('loads a programme through Kafka, and Postgres and ClickHouse agree', { timeout: 240_000 }, async () => {
  await fillDemo(platform.caller, { days: 10, workers: 6, familiesPerWorker: 4 })
  const status = await platform.caller.send({ method: 'GET', path: '/api/admin/feed' })
  expect(status.status).toBe(200)
  let consumers = Feed.parse(JSON.parse(status.text)).consumers
  for (let n = 0; n < 100 && consumers.some(({ waiting_events: waiting }) => waiting > 0); n += 1) {
    await sleep(200)
    const again = await platform.caller.send({ method: 'GET', path: '/api/admin/feed' })
    consumers = Feed.parse(JSON.parse(again.text)).consumers
  }
  const byName = new Map(consumers.map((consumer) => [consumer.name, consumer]))
  expect(byName.get('kafka-relay')?.delivered_events).toBeGreaterThan(100)
  expect(byName.get('warehouse-loader')).toMatchObject({
    waiting_events: 0,
    delivered_events: byName.get('kafka-relay')?.delivered_events,
  })
  const audit = await platform.caller.send({
    method: 'POST',
    path: '/api/admin/audit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ domain: 'demo', repair: false }),
  })
  expect(Audit.parse(JSON.parse(audit.text)).differences).toEqual([])
  const brokers = [inject('kafkaBroker')]
  const admin = createKafka({ brokers, log: createLog({ name: 'test', level: 'silent' }) }).client.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(PREFIX))
  await admin.disconnect()
  expect(topics.sort()).toEqual(
    ['case', 'device', 'form', 'sms', 'user'].map((noun) => `${PREFIX}${noun}-events.v1`),
  )
})
