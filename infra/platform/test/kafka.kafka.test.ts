/** What is Kafka's own: repeats of the relay, brokers that restart, members that hang, topics that are not as they were. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { startBroker } from '#infra/deploy/kafka/index.ts'
import {
  appendEvents,
  createConsumer,
  listParked,
  problem,
  readConsumerStatus,
  waitForConsumer,
  type Deliver,
  type FeedConsumer,
  type Topic,
} from '#infra/platform/index.ts'
import { createKafka, createKafkaConsumer, createRelay, RELAY_CONSUMER } from '../kafka/index.ts'
import { openKafkaFeed, SILENT, type KafkaFeed } from './kafka-feed.ts'
import { createDeliveries, readDeliveries, startFeedChild } from './start-feed-child.ts'

let feed: KafkaFeed
const opened: { close(): Promise<void> }[] = []
beforeEach(async () => {
  feed = await openKafkaFeed({ withRelay: false })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
  await feed.close()
})

async function append(numbers: readonly number[], topic: Topic = 'form-events.v1'): Promise<void> {
  await feed.database.postgres.transaction((client) =>
    appendEvents(
      client,
      numbers.map((n) => ({ topic, domain: 'demo', eventKey: `k${n % 7}`, payload: String(n) })),
    ),
  )
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)
const sorted = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b)

function openRelay() {
  const relay = createRelay({
    postgres: feed.database.connect(),
    kafka: feed.kafka,
    log: SILENT,
    newTopics: { partitions: 3 },
    maxEvents: 20,
  })
  opened.push(relay)
  return relay
}

/** A running consumer and the payloads it was given, as numbers, in order. */
function consume(
  deliver: Deliver = async () => [],
  name = 'store',
): { readonly taken: number[]; readonly consumer: FeedConsumer } {
  const taken: number[] = []
  const consumer = feed.consume({
    name,
    topics: ['form-events.v1'],
    maxEvents: 50,
    deliver: async (range) => {
      const parked = await deliver(range)
      taken.push(...range.events.map(({ payload }) => Number(payload)))
      return parked
    },
  })
  opened.push(consumer)
  void consumer.run()
  return { taken, consumer }
}

describe('the relay', () => {
  it('publishes a range again after a crash, which its readers do not see', async () => {
    await append(upTo(60))
    const first = openRelay()
    // Published, and dead before the advance: the plan stays, the messages are in the topic.
    const cut = feed.database.connect()
    await cut.pool.query(
      `create function feed.die() returns trigger language plpgsql as $$ begin raise exception 'cut'; end $$`,
    )
    await cut.pool.query(
      'create trigger die before update of done_xid on feed.consumers for each row execute function feed.die()',
    )
    for (let n = 0; n < 2; n += 1) await expect(first.step()).rejects.toMatchObject({ name: 'error' })
    await first.close()
    await cut.pool.query('drop trigger die on feed.consumers')
    const { taken } = consume()
    const second = openRelay()
    void second.run()
    await waitForConsumer(feed.database.postgres, RELAY_CONSUMER, { timeoutMs: 20_000 })
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(60)
    await append([60])
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(61)
    expect(sorted(taken)).toEqual(upTo(61))
    const admin = feed.kafka.client.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(feed.kafka.toName('form-events.v1'))
    await admin.disconnect()
    expect(ends.map(({ high }) => Number(high)).reduce((a, b) => a + b)).toBe(61 + 2 * 20)
  })

  it('carries a form of 5 MB, and parks what no topic takes', async () => {
    const { taken } = consume()
    const { postgres } = feed.database
    const payloads = [`"${'x'.repeat(5_000_000)}"`, `"${'x'.repeat(68_000_000)}"`, '7']
    await postgres.transaction((client) =>
      appendEvents(
        client,
        payloads.map((payload) => ({ topic: 'form-events.v1', domain: 'demo', eventKey: 'k', payload })),
      ),
    )
    void openRelay().run()
    await expect.poll(() => taken.length, { timeout: 60_000 }).toBe(2)
    expect(taken[1]).toBe(7)
    await waitForConsumer(postgres, RELAY_CONSUMER, { timeoutMs: 20_000 })
    const parked = await listParked(postgres, { consumer: RELAY_CONSUMER })
    expect(parked.map(({ code }) => code)).toEqual(['FEED_EVENT_TOO_LARGE'])
  })
})

describe('a consumer', () => {
  it('goes on where it stood in the outbox, and finishes the range that it had begun there', async () => {
    await append(upTo(30))
    const tokens: string[] = []
    const outboxReader = createConsumer({
      postgres: feed.database.connect(),
      name: 'store',
      topics: ['form-events.v1'],
      maxEvents: 10,
      log: SILENT,
      deliver: async ({ token }) => {
        tokens.push(token)
        return []
      },
    })
    await outboxReader.step()
    await outboxReader.close()
    // As a crash leaves it: planned, perhaps delivered, not advanced.
    await feed.database.postgres.pool.query(
      `update feed.consumers c set (planned_xid, planned_seq) = (select o.xid, o.seq from feed.outbox o
         where (o.xid, o.seq) > (c.done_xid, c.done_seq) order by o.xid, o.seq offset 4 limit 1) where name = 'store'`,
    )
    const { taken } = consume(async ({ token }) => {
      tokens.push(token)
      return []
    })
    void openRelay().run()
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(20)
    expect(taken.slice(0, 5)).toEqual([10, 11, 12, 13, 14])
    expect(sorted(taken)).toEqual(upTo(30).slice(10))
    expect(new Set(tokens).size).toBe(tokens.length)
  })

  it('passes over messages that are no events of ours', async () => {
    const { taken } = consume()
    const relay = openRelay()
    void relay.run()
    await append([1])
    await expect.poll(() => taken, { timeout: 20_000 }).toEqual([1])
    const producer = feed.kafka.client.producer()
    await producer.connect()
    await producer.send({
      topic: feed.kafka.toName('form-events.v1'),
      messages: [0, 1, 2].map((partition) => ({ partition, key: 'x', value: 'not ours' })),
    })
    await producer.disconnect()
    await append([2])
    await expect.poll(() => taken, { timeout: 20_000 }).toEqual([1, 2])
    await waitForConsumer(feed.database.postgres, 'store', { timeoutMs: 10_000 })
  })

  it('gives up its partitions while its own store is away, so that another may try', async () => {
    let isAway = false
    let refused = 0
    const storeAway = problem('TEST_STORE_AWAY', 'unavailable', () => 'The store is away.')
    const first = consume(async () => {
      if (!isAway) return []
      refused += 1
      throw storeAway({})
    })
    void openRelay().run()
    // All partitions have been read by then.
    await append(upTo(22))
    await expect.poll(() => first.taken.length, { timeout: 20_000 }).toBe(22)
    isAway = true
    await append(upTo(44).slice(22))
    await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(0)
    const startedAt = performance.now()
    const { taken } = consume()
    await expect.poll(() => taken.length, { timeout: 40_000 }).toBeGreaterThan(0)
    // Far below the minute after which the group would have given them away by force.
    expect(performance.now() - startedAt).toBeLessThan(30_000)
  })

  it('is not level before what was published is delivered', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((done) => (release = done))
    const { taken } = consume(async () => {
      await held
      return []
    })
    void openRelay().run()
    await append([1])
    const { postgres } = feed.database
    const published = () =>
      readConsumerStatus(postgres, RELAY_CONSUMER).then((status) => status.deliveredEvents)
    await expect.poll(() => published().catch(() => 0), { timeout: 20_000 }).toBe(1)
    await expect(
      waitForConsumer(feed.database.postgres, 'store', { timeoutMs: 1_000 }),
    ).rejects.toMatchObject({
      code: 'PLATFORM_FEED_CONSUMER_BEHIND',
    })
    release()
    await waitForConsumer(feed.database.postgres, 'store', { timeoutMs: 10_000 })
    expect(taken).toEqual([1])
  })

  it('stops with a plain word when a topic was made anew behind its back', async () => {
    const { taken, consumer } = consume()
    const relay = openRelay()
    void relay.run()
    await append(upTo(30))
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(30)
    await consumer.close()
    await relay.close()
    const admin = feed.kafka.client.admin()
    await admin.connect()
    await admin.deleteTopics({ topics: [feed.kafka.toName('form-events.v1')] })
    await expect.poll(() => admin.listTopics()).not.toContain(feed.kafka.toName('form-events.v1'))
    await admin.disconnect()
    const again = openRelay()
    void again.run()
    await append([30, 31, 32, 33, 34, 35, 36])
    await waitForConsumer(feed.database.postgres, RELAY_CONSUMER, { timeoutMs: 20_000 })
    const second = feed.consume({
      name: 'store',
      topics: ['form-events.v1'],
      maxEvents: 50,
      deliver: async () => [],
    })
    opened.push(second)
    await expect(second.run()).rejects.toMatchObject({ code: 'PLATFORM_KAFKA_EVENTS_GONE' })
  })
})

describe('a member that hangs while its partitions are given away', () => {
  it('delivers only what its successor delivers under the same token, and cannot advance', async () => {
    const { database, childPlace } = feed
    await createDeliveries(database)
    void openRelay().run()
    await append(upTo(45))
    const { child, ended } = startFeedChild(database, { ...childPlace, stopAt: 1 })
    const tokens = new Map<string, string>()
    try {
      await expect.poll(() => readDeliveries(database).then((all) => all.length), { timeout: 30_000 }).toBe(1)
      const { taken } = consume(async ({ token, events }) => {
        tokens.set(token, events.map(({ eventKey, payload }) => `${eventKey}=${payload}`).join())
        return []
      })
      await expect.poll(() => taken.length, { timeout: 40_000 }).toBe(45)
      expect(sorted(taken)).toEqual(upTo(45))
      child.kill('SIGCONT')
      await append(upTo(90).slice(45))
      await waitForConsumer(database.postgres, 'store', { timeoutMs: 40_000 })
      const all = await readDeliveries(database)
      const [cutOff, ...later] = all
      expect(tokens.get(cutOff?.token ?? '')).toBe(cutOff?.keys.join())
      const ofChild = later.flatMap(({ keys }) => keys.map((key) => Number(key.split('=')[1])))
      expect(sorted([...taken, ...ofChild])).toEqual(upTo(90))
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
})

describe('a broker that is killed and started again', () => {
  it('loses nothing, repeats nothing and keeps the order of a key', { timeout: 240_000 }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'casehouse-kafka-restart-'))
    const options = { dataDir, jarsDir: inject('kafkaJars') }
    let broker = await startBroker(options)
    const kafka = createKafka({
      brokers: [broker.address],
      prefix: `t${randomBytes(4).toString('hex')}.`,
      log: SILENT,
    })
    const { postgres } = feed.database
    const relay = createRelay({
      postgres: feed.database.connect(),
      kafka,
      log: SILENT,
      maxEvents: 20,
      newTopics: { partitions: 3 },
    })
    const taken: { readonly key: string; readonly n: number }[] = []
    const consumer = createKafkaConsumer({
      kafka,
      postgres: feed.database.connect(),
      name: 'store',
      topics: ['form-events.v1'],
      maxEvents: 50,
      sessionTimeoutMs: 6_000,
      log: SILENT,
      deliver: async ({ events }) => {
        taken.push(...events.map(({ eventKey, payload }) => ({ key: eventKey, n: Number(payload) })))
        return []
      },
    })
    opened.push(relay, consumer)
    void relay.run()
    void consumer.run()
    try {
      let sent = 0
      for (let round = 0; round < 3; round += 1) {
        for (let n = 0; n < 30; n += 1) {
          await append(Array.from({ length: 10 }, () => sent++))
          if (n !== 15 || round === 2) continue
          broker.kill(round === 0 ? 'SIGKILL' : 'SIGTERM')
          await broker.ended
          await append(Array.from({ length: 10 }, () => sent++))
          broker = await startBroker({ ...options, port: broker.port, controllerPort: broker.controllerPort })
        }
      }
      await waitForConsumer(postgres, RELAY_CONSUMER, { timeoutMs: 40_000 })
      await expect.poll(() => taken.length, { timeout: 40_000 }).toBeGreaterThanOrEqual(sent)
      expect(sorted(taken.map(({ n }) => n))).toEqual(upTo(sent))
      for (const key of new Set(taken.map((event) => event.key))) {
        const ofKey = taken.filter((event) => event.key === key).map(({ n }) => n)
        expect(ofKey).toEqual(sorted(ofKey))
      }
    } finally {
      await Promise.all(opened.splice(0).map((one) => one.close()))
      await broker.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
