/** What every implementation of the feed owes its consumers, as tests: run on the Postgres outbox and on Kafka. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestDatabase } from '#infra/harness/index.ts'
import {
  appendEvents,
  listParked,
  problem,
  readConsumerStatus,
  replayParked,
  waitForConsumer,
  type Deliver,
  type FeedConsumer,
  type FeedRange,
  type Topic,
} from '#infra/platform/index.ts'
import type { ChildTold } from './feed-child-told.ts'
import { createDeliveries, readDeliveries, startFeedChild } from './start-feed-child.ts'

export interface ConsumeOptions {
  readonly name: string
  readonly topics: readonly Topic[]
  readonly maxEvents: number
  readonly deliver: Deliver
}

export interface FeedUnderTest {
  readonly database: TestDatabase
  consume(options: ConsumeOptions): FeedConsumer
  /** How a child process finds this feed. */
  readonly childPlace: Pick<ChildTold, 'kafka'>
  /** A delivery that takes this long must not cost a consumer its turn. */
  readonly slowMs: number
  close(): Promise<void>
}

const storeAway = problem('TEST_STORE_AWAY', 'unavailable', () => 'The store is away.')
const WAIT = { timeoutMs: 30_000 }

const keysOf = (range: FeedRange): readonly string[] => range.events.map((event) => event.eventKey)
const sleep = (timeoutMs: number): Promise<void> => new Promise((done) => setTimeout(done, timeoutMs))

/** `key=payload` of each event, by key: the order that was delivered. */
function byKey(events: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const event of events) {
    const key = event.slice(0, event.indexOf('='))
    found.set(key, [...(found.get(key) ?? []), event])
  }
  return found
}

/** A store that takes all, and remembers. */
function collect() {
  const ranges: FeedRange[] = []
  const deliver: Deliver = async (range) => {
    ranges.push(range)
    return []
  }
  const events = (): readonly string[] =>
    ranges.flatMap((range) => range.events.map(({ eventKey, payload }) => `${eventKey}=${payload}`))
  return { ranges, deliver, events }
}

export function describeFeedContract(carrier: string, open: () => Promise<FeedUnderTest>): void {
  let feed: FeedUnderTest
  let started: FeedConsumer[] = []
  beforeEach(async () => {
    feed = await open()
    await createDeliveries(feed.database)
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((consumer) => consumer.close()))
    started = []
    await feed.close()
  })

  /** A running consumer; what it ends with fails the test that waits for it. */
  function start(deliver: Deliver, options: Partial<ConsumeOptions> = {}): FeedConsumer {
    const consumer = feed.consume({
      name: 'store',
      topics: ['form-events.v1', 'case-events.v1'],
      maxEvents: 100,
      deliver,
      ...options,
    })
    started.push(consumer)
    consumer.run().catch((error: unknown) => {
      throw error
    })
    return consumer
  }

  async function append(entries: readonly (readonly [string, string])[], topic: Topic = 'form-events.v1') {
    await feed.database.postgres.transaction((client) =>
      appendEvents(
        client,
        entries.map(([eventKey, payload]) => ({ topic, domain: 'demo', eventKey, payload })),
      ),
    )
  }

  async function settled(consumer = 'store'): Promise<void> {
    const { postgres } = feed.database
    await expect
      .poll(() => readConsumerStatus(postgres, consumer).catch(() => null), { timeout: 30_000 })
      .not.toBeNull()
    await waitForConsumer(postgres, consumer, WAIT)
  }

  describe(`the feed over ${carrier}`, () => {
    it('delivers each event once, those of a key in order, in ranges of at most maxEvents', async () => {
      const store = collect()
      start(store.deliver, { maxEvents: 7 })
      const wanted: string[] = []
      for (let round = 0; round < 6; round += 1) {
        const entries = Array.from({ length: 20 }, (_, n) => [`k${n % 8}`, String(round * 100 + n)] as const)
        await append(entries, round % 2 === 0 ? 'form-events.v1' : 'case-events.v1')
        wanted.push(...entries.map(([key, payload]) => `${key}=${payload}`))
      }
      await settled()
      expect([...store.events()].sort()).toEqual([...wanted].sort())
      expect(Math.max(...store.ranges.map(({ events }) => events.length))).toBeLessThanOrEqual(7)
      const forms = store.ranges.flatMap((range) =>
        range.events.filter(({ topic }) => topic === 'form-events.v1'),
      )
      const order = byKey(forms.map(({ eventKey, payload }) => `${eventKey}=${payload}`))
      for (const [, events] of order) {
        const numbers = events.map((event) => Number(event.split('=')[1]))
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      }
      const [first] = forms
      expect(first).toMatchObject({ domain: 'demo', topic: 'form-events.v1', createdAt: expect.any(Date) })
    })

    it('delivers the same range under the same token after a kill between delivery and advance', async () => {
      await append(Array.from({ length: 45 }, (_, n) => [`k${n % 9}`, String(n)] as const))
      for (const dieAt of [1, 2]) {
        await expect(startFeedChild(feed.database, { ...feed.childPlace, dieAt }).ended).resolves.toBe(
          'SIGKILL',
        )
      }
      const { child, ended } = startFeedChild(feed.database, feed.childPlace)
      await settled()
      child.kill('SIGKILL')
      await ended
      const all = await readDeliveries(feed.database)
      const tokens = new Map<string, string>()
      for (const { token, keys } of all) {
        expect(tokens.get(token) ?? keys.join()).toBe(keys.join())
        tokens.set(token, keys.join())
      }
      // Two deliveries were cut off, so two came again.
      expect(all.length - tokens.size).toBe(2)
      const events = [...tokens.values()].flatMap((keys) => keys.split(','))
      expect(events.map((event) => Number(event.split('=')[1])).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 45 }, (_, n) => n),
      )
      for (const [, ofKey] of byKey(events)) {
        const numbers = ofKey.map((event) => Number(event.split('=')[1]))
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      }
    })

    it('asks an unavailable store again with the same range', async () => {
      const tokens: string[] = []
      start(async (range) => {
        tokens.push(range.token)
        if (tokens.length < 4) throw storeAway({})
        return []
      })
      await append([['a', '1']])
      await settled()
      expect(tokens).toHaveLength(4)
      expect(new Set(tokens).size).toBe(1)
    })

    it('parks what the store names and what makes it throw, whole, and goes on', async () => {
      const stored = new Set<string>()
      start(async (range) => {
        if (keysOf(range).includes('poison')) throw new TypeError('secret value')
        for (const key of keysOf(range)) if (key !== 'named') stored.add(key)
        const named = range.events.filter((event) => event.eventKey === 'named')
        return named.map((event) => ({ event, code: 'TEST_NAMED', reason: 'named' }))
      })
      const keys = ['good', 'named', 'poison', 'also good', 'and good']
      await append(keys.map((key) => [key, `{"id":"${key}"}`] as const))
      await settled()
      expect([...stored].sort()).toEqual(['also good', 'and good', 'good'])
      const parked = await listParked(feed.database.postgres, { consumer: 'store' })
      expect(parked.map(({ event, code }) => [event.eventKey, code, event.payload]).sort()).toEqual([
        ['named', 'TEST_NAMED', '{"id":"named"}'],
        ['poison', 'FEED_EVENT_BUG', '{"id":"poison"}'],
      ])
      expect(parked.map(({ reason }) => reason).join()).not.toContain('secret value')
      expect(await readConsumerStatus(feed.database.postgres, 'store')).toMatchObject({
        deliveredEvents: 5,
        parkedEvents: 2,
        waitingEvents: 0,
      })
    })

    it('replays what is parked, straight to the store or through the feed', async () => {
      let isBroken = true
      const taken: string[] = []
      start(async ({ events }) => {
        if (isBroken) return events.map((event) => ({ event, code: 'TEST_NO', reason: 'no' }))
        taken.push(...events.map(({ eventKey }) => eventKey))
        return []
      })
      await append([
        ['a', '1'],
        ['b', '2'],
      ])
      await settled()
      isBroken = false
      const { postgres } = feed.database
      const parked = await listParked(postgres, { consumer: 'store' })
      const straight = parked.find(({ event }) => event.eventKey === 'a')
      await replayParked(
        postgres,
        { consumer: 'store', parkedId: straight?.parkedId },
        async ({ events }) => {
          taken.push(...events.map(({ eventKey }) => `straight ${eventKey}`))
          return []
        },
      )
      await replayParked(postgres, { consumer: 'store' })
      await settled()
      expect(taken).toEqual(['straight a', 'b'])
      expect(await listParked(postgres)).toEqual([])
    })

    it('hands over to another instance, with nothing missed and nothing twice', async () => {
      const [a, b] = [collect(), collect()]
      const first = start(a.deliver, { maxEvents: 3 })
      const numbers = Array.from({ length: 60 }, (_, n) => n)
      for (const n of numbers) {
        if (n === 20) start(b.deliver, { maxEvents: 3 })
        if (n === 40) await first.close()
        await append([[`k${n % 6}`, String(n)]])
        await sleep(20)
      }
      await settled()
      expect(b.ranges.length).toBeGreaterThan(0)
      const all = [...a.events(), ...b.events()]
      expect(all.map((event) => Number(event.split('=')[1])).sort((x, y) => x - y)).toEqual(numbers)
    })

    it('keeps its turn while the store is slow', async () => {
      const store = collect()
      let calls = 0
      start(async (range) => {
        calls += 1
        if (calls === 1) await sleep(feed.slowMs)
        return store.deliver(range)
      })
      await append([['a', '1']])
      await expect.poll(() => calls, { timeout: 30_000 }).toBe(1)
      const startedAt = performance.now()
      const standby = collect()
      start(standby.deliver)
      await settled()
      expect(performance.now() - startedAt).toBeGreaterThan(feed.slowMs / 2)
      await append([['a', '2']])
      await settled()
      expect([...store.events(), ...standby.events()].sort()).toEqual(['a=1', 'a=2'])
    })

    it('takes only its topics, and is level although others have news', async () => {
      const store = collect()
      start(store.deliver, { topics: ['form-events.v1'] })
      await append([['c', '1']], 'case-events.v1')
      await append([['f', '1']])
      await append([['c', '2']], 'case-events.v1')
      await settled()
      expect(store.events()).toEqual(['f=1'])
      const { waitingEvents, lagSeconds } = await readConsumerStatus(feed.database.postgres, 'store')
      expect({ waitingEvents, lagSeconds }).toEqual({ waitingEvents: 0, lagSeconds: 0 })
    })
  })
}
