/** F1 and F2, with eight writers at once: the reason for the fence, and the proof that this test would notice its absence. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'
import {
  appendEvents,
  createConsumer,
  createLog,
  type FeedEvent,
  type Postgres,
} from '#infra/platform/index.ts'

const WRITERS = 8
const TRANSACTIONS = 60
const log = createLog({ name: 'test', level: 'silent' })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const sleep = (timeoutMs: number): Promise<void> => new Promise((done) => setTimeout(done, timeoutMs))

/** One writer: transactions of one to four events, up to 12 ms between the append and the commit, a tenth rolled back. */
async function write(postgres: Postgres, writer: number, committed: string[]): Promise<void> {
  for (let n = 0; n < TRANSACTIONS; n++) {
    const keys = Array.from({ length: 1 + ((n + writer) % 4) }, (_, i) => `${writer}-${n}-${i}`)
    const isUndone = n % 10 === 9
    const work = postgres.transaction(async (client) => {
      await appendEvents(
        client,
        keys.map((eventKey) => ({ topic: 'case-events.v1', domain: 'demo', eventKey, payload: '{}' })),
      )
      await sleep((n * 7 + writer * 5) % 13)
      if (isUndone) throw new Error('undone')
    })
    await work.then(
      () => committed.push(...keys),
      () => undefined,
    )
  }
}

/** What one would write first: remember the highest number seen, ask for higher ones. */
async function readBySeqAlone(postgres: Postgres, seen: Set<string>, isDone: () => boolean): Promise<void> {
  let last = 0
  for (let isLastLook = false; ;) {
    const { rows } = await postgres.pool.query<{ seq: number; event_key: string }>(
      'select seq, event_key from feed.outbox where seq > $1 order by seq',
      [last],
    )
    for (const row of rows) seen.add(row.event_key)
    last = rows.at(-1)?.seq ?? last
    if (isLastLook) return
    isLastLook = isDone()
    await sleep(2)
  }
}

it('misses nothing and repeats nothing, where a reader by number alone loses events', async () => {
  const delivered: FeedEvent[] = []
  const consumer = createConsumer({
    postgres: database.connect(),
    name: 'fence',
    topics: ['case-events.v1'],
    maxEvents: 17,
    log,
    deliver: async ({ events }) => {
      delivered.push(...events)
      return []
    },
  })
  const run = consumer.run()
  const writersPool = database.connect({ maxConnections: WRITERS })
  const committed: string[] = []
  const seenBySeq = new Set<string>()
  let isDone = false
  const naive = readBySeqAlone(database.postgres, seenBySeq, () => isDone)
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writersPool, writer, committed)))
  isDone = true
  await naive
  await expect.poll(() => delivered.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(committed.length)
  await consumer.close()
  await run

  expect(delivered.map((event) => event.eventKey).sort()).toEqual([...committed].sort())
  const positions = delivered.map(({ xid, seq }) => ({ xid: BigInt(xid), seq: BigInt(seq) }))
  const isOrdered = positions.every(({ xid, seq }, i) => {
    const before = positions[i - 1]
    return before === undefined || before.xid < xid || (before.xid === xid && before.seq < seq)
  })
  expect(isOrdered).toBe(true)
  const lost = committed.filter((key) => !seenBySeq.has(key))
  expect(lost.length).toBeGreaterThan(0)
})
