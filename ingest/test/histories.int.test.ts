/** Random histories of a handful of cases against the real database: whatever happens, what is stored adds up. */
import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { createIngest } from '../index.ts'
import type { Ingest } from '../index.ts'
import { expectInvariants } from './invariants.ts'
import { toRequest } from './said-forms.ts'
import type { SaidBlock, SaidForm, SaidStock } from './said-forms.ts'

let database: TestDatabase
let ingest: Ingest

beforeAll(async () => {
  database = await createTestDatabase()
  ingest = createIngest({
    postgres: database.postgres,
    log: createLog({ name: 'test', level: 'silent' }),
    now: () => new Date(),
    newId: () => randomUUID(),
    closesExtensions: async () => true,
  })
})
afterAll(async () => {
  await ingest.drain()
  await database.drop()
})

const name = fc.constantFrom('c1', 'c2', 'c3', 'c4')
const day = fc.integer({ min: 1, max: 28 }).map((n) => `2024-02-${String(n).padStart(2, '0')}T08:00:00Z`)
const index = fc.record(
  { parent: fc.oneof(name, fc.constant('')), host: fc.oneof(name, fc.constant('')) },
  { requiredKeys: [] },
)
const block: fc.Arbitrary<SaidBlock> = fc.record({
  caseId: name,
  create: fc.boolean(),
  close: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  update: fc.dictionary(fc.constantFrom('a', 'b', 'owner_id'), fc.constantFrom('', '1', '2'), { maxKeys: 2 }),
  indices: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, index),
  at: day,
})
const stock: fc.Arbitrary<SaidStock> = fc.record({
  caseId: name,
  product: fc.constantFrom('p1', 'p2'),
  kind: fc.constantFrom('balance', 'transfer'),
  quantity: fc.integer({ min: -9, max: 9 }),
})
const content = fc.record({
  blocks: fc.array(block, { maxLength: 3 }),
  stock: fc.array(stock, { maxLength: 2 }),
})

interface Step {
  readonly act: 'submit' | 'edit' | 'repeat' | 'archive' | 'unarchive'
  /** Which of the forms so far. */
  readonly pick: number
  readonly content: Pick<SaidForm, 'blocks' | 'stock'>
  /** Some callers say when a form was sent, in any order. */
  readonly sentAt: string | null
}
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('submit', 'submit', 'submit', 'edit', 'edit', 'repeat', 'archive', 'unarchive'),
  pick: fc.nat(),
  content,
  sentAt: fc.oneof(
    fc.constant(null),
    day.map((at) => at.replace('Z', '.000000Z')),
  ),
})

/** Ids belong to one domain, so each history has a domain and ids of its own. */
function createHistory(domain: string) {
  const prefix = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(/"(c\d)"/g, `"${domain}-$1"`)) as T
  const forms: SaidForm[] = []
  const outcomes: string[] = []
  const submit = async (form: SaidForm, sentAt: string | null): Promise<void> => {
    const { kind } = await ingest.submit(domain, toRequest(form, sentAt))
    outcomes.push(kind)
  }
  return {
    outcomes,
    async take({ act, pick, content: said, sentAt }: Step, n: number): Promise<void> {
      const chosen = forms[pick % Math.max(forms.length, 1)]
      const fresh = prefix(said)
      if (act === 'submit' || chosen === undefined) {
        const form = { formId: `${domain}-f${n}`, ...fresh }
        forms.push(form)
        return submit(form, sentAt)
      }
      if (act === 'repeat') return submit(chosen, sentAt)
      if (act === 'edit') return submit({ ...fresh, formId: chosen.formId, salt: String(n) }, sentAt)
      outcomes.push(`${act} ${await ingest[act](domain, chosen.formId, null)}`)
    },
  }
}

describe('a random history', () => {
  it('leaves cases that replay to themselves, events without gaps and balances that add up', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const domain = `d-${randomUUID().slice(0, 8)}`
        const history = createHistory(domain)
        for (const [n, one] of steps.entries()) {
          await history.take(one, n)
          await expectInvariants(database.postgres, domain)
        }
        await database.postgres.pool.query('truncate feed.outbox')
        for (const outcome of history.outcomes) seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
      }),
      { numRuns: 40 },
    )
    // Nothing failed, and everything that can happen did.
    expect([...seen.keys()].toSorted()).toEqual([
      'archive false',
      'archive true',
      'case-error',
      'duplicate',
      'edited',
      'saved',
      'unarchive false',
      'unarchive true',
    ])
  }, 180_000)
})
