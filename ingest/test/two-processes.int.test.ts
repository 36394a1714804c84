/** Two processes over one database: pools and lanes of their own, nothing in common but Postgres. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { createIngest } from '../index.ts'
import type { Ingest } from '../index.ts'
import { expectInvariants } from './invariants.ts'
import { DOMAIN, toRequest } from './said-forms.ts'
import type { SaidForm } from './said-forms.ts'

const FORMS = 400
const CASES = 12
let database: TestDatabase
let processes: readonly [Ingest, Ingest]

beforeAll(async () => {
  database = await createTestDatabase()
  const start = (): Ingest =>
    createIngest({
      postgres: database.connect({ maxConnections: 6 }),
      log: createLog({ name: 'test', level: 'silent' }),
      now: () => new Date(),
      newId: () => randomUUID(),
      closesExtensions: async () => true,
      settings: { lockTimeoutMs: 30_000 },
    })
  processes = [start(), start()]
})
afterAll(async () => {
  await Promise.all(processes.map(async (one) => one.drain()))
  await database.drop()
})

const caseOf = (n: number): string => `c${n % CASES}`

/** Each form writes a property of its own into two cases, and moves stock of one of them. */
function formOf(n: number): SaidForm {
  const [one, other] = [caseOf(n), caseOf(n * 7 + 3)]
  return {
    formId: `f${n}`,
    blocks: [one, other].map((caseId) => ({ caseId, update: { [`p${n}`]: '1', last: String(n) } })),
    stock: [{ caseId: one, product: 'p1', kind: 'transfer', quantity: 1 }],
  }
}

async function deadlocks(): Promise<number> {
  const { rows } = await database.postgres.pool.query<{ deadlocks: number }>(
    'select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.deadlocks ?? 0
}

it('loses no update, leaves no gap and never waits in a ring', async () => {
  const outcomes = new Map<string, number>()
  const count = (outcome: string): void => {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const work = Array.from({ length: FORMS }, async (_, n) => {
    const [here, there] = n % 2 === 0 ? processes : processes.toReversed()
    if (here === undefined || there === undefined) throw new Error('there are two processes')
    count((await here.submit(DOMAIN, toRequest(formOf(n)))).kind)
    if (n % 5 === 0) count((await there.submit(DOMAIN, toRequest(formOf(n)))).kind)
    if (n % 7 === 0) {
      // The new version leaves one case and comes to another.
      const moved = { ...formOf(n), blocks: [{ caseId: caseOf(n + 1), update: { [`e${n}`]: '1' } }] }
      const both = [here, there].map(async (one, at) =>
        count((await one.submit(DOMAIN, toRequest({ ...moved, salt: String(at) }))).kind),
      )
      await Promise.all(both)
    }
    if (n % 11 === 0) {
      const change = async (one: Ingest) => one.archive(DOMAIN, `f${n}`, null)
      const changed = await Promise.all([change(here), change(there)])
      for (const done of [...changed, await there.unarchive(DOMAIN, `f${n}`, null)]) count(`archive ${done}`)
    }
  })
  await Promise.all(work)
  const edits = 2 * Math.ceil(FORMS / 7)
  expect(Object.fromEntries(outcomes)).toEqual({
    saved: FORMS,
    duplicate: FORMS / 5,
    edited: edits,
    'archive true': 3 * Math.ceil(FORMS / 11),
  })
  expect(await expectInvariants(database.postgres, DOMAIN)).toBe(CASES)
  const { rows } = await database.postgres.pool.query<{ written: number; stock: number }>(
    `select (select count(*)::int from ingest.cases c, jsonb_object_keys(c.properties) as k
        where c.domain = $1 and k ~ '^p') as written,
      (select sum(balance)::int from ingest.ledger_values where domain = $1) as stock`,
    [DOMAIN],
  )
  const kept = Array.from({ length: FORMS }, (_, n) => n).filter((n) => n % 7 !== 0)
  const written = kept.map((n) => new Set([caseOf(n), caseOf(n * 7 + 3)]).size)
  expect(rows).toEqual([{ written: written.reduce((a, b) => a + b), stock: FORMS }])
  expect(await deadlocks()).toBe(0)
})
