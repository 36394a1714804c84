import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'
import { appendEvents, createConsumer, createLog, createMetrics } from '../index.ts'
import { measureFeedLag, readFeedLag } from '../feed/lag.ts'
import type { NewEvent } from '../contract.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

function events(count: number, topic: NewEvent['topic'] = 'form-events.v1'): NewEvent[] {
  return Array.from({ length: count }, (_, n) => ({ topic, domain: 'd', eventKey: `k${n}`, payload: '{}' }))
}

async function append(count: number, topic?: NewEvent['topic']): Promise<void> {
  await database.postgres.transaction(async (client) => appendEvents(client, events(count, topic)))
}

it('tells the age of the oldest event that waits, counts to a thousand and then about', async () => {
  const { postgres } = database
  const log = createLog({ name: 'test', level: 'silent' })
  const options = { postgres, log, name: 'reader', topics: ['form-events.v1'] as const, maxEvents: 5_000 }
  const consumer = createConsumer({
    ...options,
    deliver: async ({ from, events: taken }) =>
      taken.slice(0, from.seq === '0' ? 1 : 0).map((event) => ({ event, code: 'X', reason: 'y' })),
  })
  await consumer.step()
  expect(await readFeedLag(postgres)).toMatchObject([{ consumer: 'reader', lagSeconds: 0, waitingEvents: 0 }])

  await append(3)
  await append(5, 'sms-events.v1')
  await postgres.pool.query(
    `update feed.outbox set created_at = created_at - interval '1 minute' where seq = 1`,
  )
  const [waiting] = await readFeedLag(postgres)
  expect(waiting).toMatchObject({ waitingEvents: 3, parkedEvents: 0, deliveredSecondsAgo: null })
  expect(waiting?.lagSeconds).toBeGreaterThan(59)

  await append(2_000)
  const [many] = await readFeedLag(postgres)
  expect(many?.waitingEvents).toBeGreaterThanOrEqual(2_003)
  expect(many?.waitingEvents).toBeLessThan(2_100)

  // A range may hold less than what waits.
  let delivered = 1
  while (delivered > 0) delivered = (await consumer.step()).deliveredEvents
  const metrics = createMetrics({ role: 'test' })
  measureFeedLag(metrics, postgres)
  const text = await metrics.text()
  expect(text).toContain('feed_lag_seconds{consumer="reader",role="test"} 0')
  expect(text).toContain('feed_waiting_events{consumer="reader",role="test"} 0')
  expect(text).toContain('feed_parked_events{consumer="reader",role="test"} 1')
  await consumer.close()
})
