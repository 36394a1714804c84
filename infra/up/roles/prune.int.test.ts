import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'
import { appendEvents, createConsumer, createLog } from '#infra/platform/index.ts'
import { startPruning } from './prune.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function keys(): Promise<string[]> {
  const { rows } = await database.postgres.pool.query<{ event_key: string }>(
    'select event_key from feed.outbox order by event_key',
  )
  return rows.map((row) => row.event_key)
}

const append = (key: string) =>
  database.postgres.transaction((client) =>
    appendEvents(client, [{ topic: 'form-events.v1', domain: 'demo', eventKey: key, payload: '{}' }]),
  )

it('forgets, again and again, what is old and delivered, and nothing else', async () => {
  const { postgres } = database
  const log = createLog({ name: 'test', level: 'silent' })
  const consumer = createConsumer({
    postgres,
    name: 'one',
    topics: ['form-events.v1'],
    deliver: async () => [],
    log,
    now: () => new Date(),
    maxEvents: 10,
  })
  await append('old and delivered')
  await append('young and delivered')
  await expect.poll(async () => (await consumer.step()).deliveredEvents, { timeout: 10_000 }).toBe(2)
  await append('old and waiting')
  const stop = startPruning({ postgres, log, everyMs: 50 })
  expect(await keys()).toHaveLength(3)
  await postgres.pool.query(
    `update feed.outbox set created_at = now() - interval '25 hours' where event_key like 'old%'`,
  )
  await expect.poll(keys, { timeout: 10_000 }).toEqual(['old and waiting', 'young and delivered'])
  await stop()
  await consumer.close()
})
