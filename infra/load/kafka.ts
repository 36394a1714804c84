/**
 * `npm run bench -- kafka [--json] [--events N]`: events a second that the relay publishes from the outbox, and that a consumer takes with
 * its plans and progress, over a real broker on this machine. The limit beside each is a client that sends, or reads, the same bytes
 * with nothing of ours in between: kafkajs, which we use, and @platformatic/kafka, which we might.
 */
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startBroker } from '#infra/deploy/kafka/index.ts'
import { startPostgres } from '#infra/embedded/index.ts'
import {
  appendEvents,
  createLog,
  createPostgres,
  migrate,
  type NewEvent,
  type Postgres,
} from '#infra/platform/index.ts'
import { createKafka, createKafkaConsumer, createRelay } from '../platform/kafka/index.ts'
import { ensureTopics } from '../platform/kafka/topics.ts'
import { freshnessEvents } from './freshness/events.ts'
import { createKafkajsClient, createPlatformaticClient, type RawClient } from './kafka/clients.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, events: { type: 'string', default: '40000' } },
})
const EVENTS = Number(values.events)
const ROOT = resolve(import.meta.dirname, '../..')
const TOPICS = ['form-events.v1', 'case-events.v1'] as const
const PER_REQUEST = 2_000
const ROUNDS = 3
const NEW_TOPICS = { partitions: 6, replicas: 1, retentionHours: 1 }
const log = createLog({ name: 'bench', level: 'warn' })

const inRequests = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / PER_REQUEST) }, (_, n) =>
    items.slice(n * PER_REQUEST, (n + 1) * PER_REQUEST),
  )

interface Rates {
  readonly name: string
  readonly send: number
  readonly read: number
}

async function measureRaw(
  brokers: readonly string[],
  toClient: (prefix: string) => RawClient,
  events: readonly NewEvent[],
): Promise<Rates> {
  const prefix = `raw-${randomUUID()}.`
  const client = toClient(prefix)
  const kafka = createKafka({ brokers, prefix, log })
  await ensureTopics(kafka, TOPICS, NEW_TOPICS)
  const messages = events.map(({ topic, eventKey, payload }) => ({
    topic: kafka.toName(topic),
    key: eventKey,
    value: payload,
  }))
  const send = await client.send(inRequests(messages))
  const read = await client.read(TOPICS.map(kafka.toName), messages.length)
  return { name: client.name, send: Math.round(events.length / send), read: Math.round(events.length / read) }
}

/** Rounds of the two take turns, so that what else the machine does meets both; the best counts, the first warms the code up. */
async function measureClients(brokers: readonly string[], events: readonly NewEvent[]) {
  const rounds: (readonly [Rates, Rates])[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const toKafkajs = (prefix: string) => createKafkajsClient(createKafka({ brokers, prefix, log }))
    const kafkajs = await measureRaw(brokers, toKafkajs, events)
    rounds.push([kafkajs, await measureRaw(brokers, () => createPlatformaticClient(brokers), events)])
  }
  return rounds.reduce(([a, b], [c, d]) => [best(a, c), best(b, d)])
}

const best = (a: Rates, b: Rates): Rates => ({
  name: a.name,
  send: Math.max(a.send, b.send),
  read: Math.max(a.read, b.read),
})

async function measureOurs(
  postgres: Postgres,
  brokers: readonly string[],
  events: readonly NewEvent[],
): Promise<{ readonly relay: number; readonly consume: number }> {
  for (const part of inRequests(events)) await postgres.transaction((client) => appendEvents(client, part))
  const kafka = createKafka({ brokers, prefix: 'ours.', log })
  await ensureTopics(kafka, TOPICS, NEW_TOPICS)
  const relay = createRelay({ postgres, kafka, log, topics: TOPICS })
  // The first range, which opens the connection, is outside of the time.
  const { deliveredEvents: warm } = await relay.step()
  const relayStartedAt = performance.now()
  for (let left = events.length - warm; left > 0;) left -= (await relay.step()).deliveredEvents
  const relaySeconds = (performance.now() - relayStartedAt) / 1_000
  await relay.close()
  let [left, startedAt, consumeSeconds] = [events.length, Number.NaN, Number.NaN]
  const done = Promise.withResolvers<void>()
  const consumer = createKafkaConsumer({
    kafka,
    postgres,
    name: 'bench',
    topics: TOPICS,
    maxEvents: 2_000,
    log,
    deliver: async (range) => {
      if (Number.isNaN(startedAt)) startedAt = performance.now()
      left -= range.events.length
      if (left === 0) {
        consumeSeconds = (performance.now() - startedAt) / 1_000
        done.resolve()
      }
      return []
    },
  })
  const running = consumer.run()
  await Promise.race([done.promise, running])
  await consumer.close()
  await running
  return {
    relay: Math.round(events.length / relaySeconds),
    consume: Math.round(events.length / consumeSeconds),
  }
}

async function measure(folder: string) {
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const broker = await startBroker({ dataDir: join(folder, 'kafka'), jarsDir: join(ROOT, 'data/kafka') })
  const postgres = createPostgres({ ...server.connection, maxConnections: 6 })
  try {
    await migrate(postgres, [ROOT])
    const events = Array.from({ length: EVENTS / 2 }, () =>
      freshnessEvents('bench', randomUUID(), new Date()),
    ).flat()
    const brokers = [broker.address]
    const bytes = events.reduce((sum, { payload }) => sum + payload.length, 0) / events.length
    const [kafkajs, platformatic] = await measureClients(brokers, events)
    const ours = await measureOurs(postgres, brokers, events)
    return { bytes: Math.round(bytes), ours, kafkajs, platformatic }
  } finally {
    await postgres.close()
    await broker.stop()
    await server.stop()
  }
}

const ratio = (figure: number, limit: number): number => Math.round((figure / limit) * 100) / 100

const folder = await mkdtemp(join(tmpdir(), 'casehouse-bench-kafka-'))
await chmod(folder, 0o711)
try {
  const { bytes, ours, kafkajs, platformatic } = await measure(folder)
  const figure = {
    bench: 'kafka',
    figure: ours.relay,
    unit: 'events/s published by the relay',
    limit: kafkajs.send,
    ratio: ratio(ours.relay, kafkajs.send),
    consume: ours.consume,
    consume_limit: kafkajs.read,
    consume_ratio: ratio(ours.consume, kafkajs.read),
    bytes_per_event: bytes,
    clients: [kafkajs, platformatic],
  }
  if (values.json) console.log(JSON.stringify(figure))
  else {
    console.log(
      `kafka, ${EVENTS} events of ${bytes} bytes, 6 partitions, acknowledged by all copies, events a second:`,
    )
    for (const { name, send, read } of [kafkajs, platformatic])
      console.log(`  ${name} alone: sends ${send}, reads ${read}`)
    console.log(`  relay from the outbox: ${ours.relay}, ${figure.ratio} of kafkajs alone`)
    console.log(
      `  consumer with plans and progress: ${ours.consume}, ${figure.consume_ratio} of kafkajs alone`,
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
