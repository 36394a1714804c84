import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, truncateAll, type TestDatabase } from '#infra/harness/index.ts'
import {
  appendEvents,
  createConsumer,
  createLog,
  listConsumers,
  listParked,
  problem,
  pruneOutbox,
  readConsumerStatus,
  replayParked,
  waitForConsumer,
  type Consumer,
  type Deliver,
  type FeedRange,
  type Topic,
} from '#infra/platform/index.ts'

const log = createLog({ name: 'test', level: 'silent' })
const storeAway = problem('TEST_STORE_AWAY', 'unavailable', () => 'The store is away.')

let database: TestDatabase
const consumers: Consumer[] = []
beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(() => truncateAll(database.postgres))
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
})
afterAll(() => database.drop())

interface Options {
  readonly name?: string
  readonly topics?: readonly Topic[]
  readonly maxEvents?: number
}

function consume(
  deliver: Deliver,
  { name = 'store', topics = ['form-events.v1'], maxEvents = 100 }: Options = {},
): Consumer {
  const consumer = createConsumer({ postgres: database.postgres, name, topics, maxEvents, log, deliver })
  consumers.push(consumer)
  return consumer
}

async function append(keys: readonly string[], topic: Topic = 'form-events.v1'): Promise<void> {
  await database.postgres.transaction((client) =>
    appendEvents(
      client,
      keys.map((eventKey) => ({ topic, domain: 'demo', eventKey, payload: `{"id":"${eventKey}"}` })),
    ),
  )
}

const keysOf = (range: FeedRange): readonly string[] => range.events.map((event) => event.eventKey)

/** A store that takes all, and remembers. */
function collect(): { readonly ranges: FeedRange[]; readonly deliver: Deliver } {
  const ranges: FeedRange[] = []
  return {
    ranges,
    deliver: async (range) => {
      ranges.push(range)
      return []
    },
  }
}

describe('a range', () => {
  it('holds at most maxEvents, in order, and the next goes on behind it', async () => {
    await append(['a', 'b', 'c'])
    const { ranges, deliver } = collect()
    const consumer = consume(deliver, { maxEvents: 2 })
    await consumer.step()
    await consumer.step()
    expect(ranges.map(keysOf)).toEqual([['a', 'b'], ['c']])
    expect(ranges[1]?.from).toEqual(ranges[0]?.to)
  })

  it('is delivered again with the same token and events after a crash before the advance (F3)', async () => {
    await append(['a', 'b'])
    const cutOff: FeedRange[] = []
    const first = consume(async (range) => {
      cutOff.push(range)
      await database.postgres.pool.query(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 72036
           and database = (select oid from pg_database where datname = current_database())`,
      )
      return []
    })
    await expect(first.step()).rejects.toMatchObject({ kind: 'unavailable' })
    await first.close()
    await append(['c'])
    const { ranges, deliver } = collect()
    const second = consume(deliver)
    await second.step()
    await second.step()
    expect(ranges.map(keysOf)).toEqual([['a', 'b'], ['c']])
    expect(ranges[0]).toEqual(cutOff[0])
  })

  it('waits for an older transaction that may still commit (F2)', async () => {
    const { ranges, deliver } = collect()
    const consumer = consume(deliver)
    const client = await database.postgres.pool.connect()
    await client.query('begin')
    await appendEvents(client, [
      { topic: 'form-events.v1', domain: 'demo', eventKey: 'early', payload: '{}' },
    ])
    await append(['late'])
    await expect(consumer.step()).resolves.toMatchObject({ deliveredEvents: 0, isFenced: true })
    await client.query('commit')
    client.release()
    await expect.poll(() => consumer.step().then(() => ranges.map(keysOf))).toEqual([['early', 'late']])
  })
})

describe('a store that refuses', () => {
  it('is asked again with the same range for as long as it is unavailable', async () => {
    await append(['a'])
    const tokens: string[] = []
    const consumer = consume(async (range) => {
      tokens.push(range.token)
      if (tokens.length < 5) throw storeAway({})
      return []
    })
    await expect(consumer.step()).resolves.toMatchObject({ deliveredEvents: 1, parkedEvents: 0 })
    expect(tokens).toHaveLength(5)
    expect(new Set(tokens).size).toBe(1)
  })

  it('parks what it names, and what makes it throw alone, and goes on (F4)', async () => {
    await append(['good', 'named', 'poison', 'also good'])
    const stored = new Set<string>()
    const consumer = consume(async (range) => {
      if (keysOf(range).includes('poison')) throw new TypeError('secret value')
      const named = range.events.filter((event) => event.eventKey === 'named')
      for (const key of keysOf(range)) if (key !== 'named') stored.add(key)
      return named.map((event) => ({ event, code: 'TEST_NAMED', reason: 'named' }))
    })
    await expect(consumer.step()).resolves.toMatchObject({ deliveredEvents: 4, parkedEvents: 2 })
    expect([...stored].sort()).toEqual(['also good', 'good'])
    const parked = await listParked(database.postgres, { domain: 'demo' })
    expect(parked.map(({ event, code }) => [event.eventKey, code])).toEqual([
      ['named', 'TEST_NAMED'],
      ['poison', 'FEED_EVENT_BUG'],
    ])
    expect(parked[1]?.event.payload).toBe('{"id":"poison"}')
    expect(parked[1]?.reason).not.toContain('secret value')
    expect((await readConsumerStatus(database.postgres, 'store')).parkedEvents).toBe(2)
  })
})

describe('replay', () => {
  const parkAll: Deliver = async ({ events }) =>
    events.map((event) => ({ event, code: 'TEST_NO', reason: 'no' }))

  it('delivers straight to the store, and keeps parked what fails again', async () => {
    await append(['a', 'b'])
    await consume(parkAll).step()
    const taken: string[] = []
    const result = await replayParked(database.postgres, { consumer: 'store' }, async ({ events, token }) => {
      if (events[0]?.eventKey === 'b') throw new Error('still')
      taken.push(token)
      return []
    })
    expect(result).toEqual({ replayedEvents: 1, parkedEvents: 1 })
    expect(taken).toEqual([expect.stringMatching(/^replay-/)])
    const left = await listParked(database.postgres)
    expect(left.map(({ event, attempts }) => [event.eventKey, attempts])).toEqual([['b', 2]])
  })

  it('appends to the outbox when given no store, once', async () => {
    await append(['a'])
    const first = consume(parkAll)
    await first.step()
    await first.close()
    await expect(replayParked(database.postgres, { consumer: 'store' })).resolves.toMatchObject({
      replayedEvents: 1,
    })
    await expect(replayParked(database.postgres, { consumer: 'store' })).resolves.toMatchObject({
      replayedEvents: 0,
    })
    const { ranges, deliver } = collect()
    await consume(deliver).step()
    expect(ranges.map(keysOf)).toEqual([['a']])
  })
})

describe('running', () => {
  it('delivers soon after the commit when idle', async () => {
    const delays: number[] = []
    let committedAt = 0
    const run = consume(async () => {
      delays.push(performance.now() - committedAt)
      return []
    }).run()
    await expect.poll(() => listConsumers(database.postgres).then((found) => found.length)).toBe(1)
    for (let n = 1; n <= 10; n++) {
      committedAt = Infinity
      const work = append([`k${n}`])
      await work
      committedAt = performance.now()
      await expect.poll(() => delays.length, { interval: 5 }).toBe(n)
      await new Promise((done) => setTimeout(done, 20))
    }
    // Far below the fallback poll of 250 ms: it was the notification. A loaded machine may be late once or twice.
    expect(delays.sort((a, b) => a - b)[4]).toBeLessThan(100)
    await Promise.all(consumers.map((consumer) => consumer.close()))
    await run
  })

  it('leaves one name to one instance, and a standby takes over', async () => {
    const a = collect()
    const b = collect()
    const first = consume(a.deliver)
    const second = consume(b.deliver)
    await first.step()
    await expect(second.step()).rejects.toMatchObject({ code: 'PLATFORM_FEED_CONSUMER_STANDBY' })
    const run = second.run()
    await first.close()
    await append(['x'])
    await waitForConsumer(database.postgres, 'store', { timeoutMs: 5_000 })
    expect(b.ranges.map(keysOf)).toEqual([['x']])
    expect(a.ranges).toEqual([])
    await second.close()
    await run
  })

  it('comes back by itself when its connection is cut', async () => {
    const { ranges, deliver } = collect()
    const run = consume(deliver).run()
    await append(['before'])
    await waitForConsumer(database.postgres, 'store', { timeoutMs: 5_000 }).catch(() => undefined)
    await database.postgres.pool.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 72036
         and database = (select oid from pg_database where datname = current_database())`,
    )
    await append(['after'])
    await expect.poll(() => ranges.flatMap(keysOf), { timeout: 5_000 }).toEqual(['before', 'after'])
    await Promise.all(consumers.map((consumer) => consumer.close()))
    await run
  })
})

describe('waitForConsumer', () => {
  it('returns only when what the caller committed is delivered, and says so when it is not', async () => {
    const { ranges, deliver } = collect()
    const consumer = consume(deliver)
    await consumer.step()
    await append(['mine'])
    const tooShort = waitForConsumer(database.postgres, 'store', { timeoutMs: 60 })
    await expect(tooShort).rejects.toMatchObject({
      code: 'PLATFORM_FEED_CONSUMER_BEHIND',
      kind: 'unavailable',
    })
    const run = consumer.run()
    await waitForConsumer(database.postgres, 'store', { timeoutMs: 5_000 })
    expect(ranges.flatMap(keysOf)).toEqual(['mine'])
    await consumer.close()
    await run
  })

  it('refuses a consumer that has never run', async () => {
    const unknown = waitForConsumer(database.postgres, 'nobody', { timeoutMs: 60 })
    await expect(unknown).rejects.toMatchObject({ kind: 'missing' })
  })
})

describe('status', () => {
  it('is as of now when nothing waits, and not later than what waits when something does', async () => {
    const consumer = consume(collect().deliver, { maxEvents: 1 })
    await append(['a', 'b'])
    await consumer.step()
    const behind = await readConsumerStatus(database.postgres, 'store')
    expect(behind).toMatchObject({ waitingEvents: 1, deliveredEvents: 1 })
    const { rows } = await database.postgres.pool.query<{ created_at: string }>(
      `select created_at from feed.outbox where event_key = 'b'`,
    )
    expect(behind.asOf?.getTime()).toBeLessThanOrEqual(Date.parse(rows[0]?.created_at ?? ''))
    const before = Date.now()
    await consumer.step()
    const level = await readConsumerStatus(database.postgres, 'store')
    expect(level).toMatchObject({ waitingEvents: 0, deliveredEvents: 2, lagSeconds: 0 })
    expect(level.asOf?.getTime()).toBeGreaterThanOrEqual(before)
  })
})

describe('pruning', () => {
  it('deletes only what every consumer has and what is old enough', async () => {
    await append(['a', 'b'])
    await consume(collect().deliver, { name: 'quick' }).step()
    await consume(collect().deliver, { name: 'slow', maxEvents: 1 }).step()
    await expect(pruneOutbox(database.postgres, { keepHours: 1 })).resolves.toEqual({ deletedEvents: 0 })
    await expect(pruneOutbox(database.postgres, { keepHours: 0 })).resolves.toEqual({ deletedEvents: 1 })
    const { rows } = await database.postgres.pool.query('select event_key from feed.outbox')
    expect(rows).toEqual([{ event_key: 'b' }])
  })
})
