import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '#infra/harness/index.ts'
import { CaseEvent, FormEvent } from '../contract.ts'
import type { Ingest, IngestReads } from '../index.ts'
import { DOMAIN } from './said-forms.ts'
import { caseBlock, create, createIngestScenario, request, update } from './scenario.ts'
import type { IngestScenario } from './scenario.ts'

let scenario: IngestScenario
let database: TestDatabase
let ingest: Ingest
let reads: IngestReads
let submits: IngestScenario['submits']
let stateOf: IngestScenario['stateOf']

beforeAll(async () => {
  scenario = await createIngestScenario()
  ;({ database, ingest, reads, submits, stateOf } = scenario)
})
afterAll(async () => scenario.close())

async function transactionsOf(caseId: string) {
  const { rows } = await database.postgres.pool.query<{
    form_id: string
    type: number
    revoked: boolean
    rebuild: number
  }>(
    'select form_id, type, revoked, rebuild from ingest.case_transactions where case_id = $1 order by seq, rebuild',
    [caseId],
  )
  return rows
}

describe('Appendix A.1 and A.2', () => {
  const first = { formId: 'f1', cases: caseBlock('c1', create('patient', 'Ann') + update('age', '31')) }

  it('a form creates its case, with one transaction FORM|CASE_CREATE', async () => {
    expect(await submits(first)).toMatchObject({ kind: 'saved', formId: 'f1' })
    expect(await stateOf('c1')).toMatchObject({
      type: 'patient',
      name: 'Ann',
      owner_id: 'u1',
      opened_at: '2024-03-01T08:00:00.000000Z',
      modified_at: '2024-03-01T08:00:00.000000Z',
      opened_by: 'u1',
      properties: { age: '31' },
    })
    expect(await transactionsOf('c1')).toEqual([{ form_id: 'f1', type: 129, revoked: false, rebuild: 0 }])
  })

  it('identical bytes are a duplicate, and change nothing', async () => {
    const result = await submits(first)
    expect(result).toMatchObject({ kind: 'duplicate', originalId: 'f1' })
    expect(await transactionsOf('c1')).toHaveLength(1)
  })

  it('other bytes of the same xmlns are an edit: the form keeps its id and time, the case is rebuilt', async () => {
    const before = await reads.findForm(DOMAIN, 'f1')
    const edited = { formId: 'f1', cases: caseBlock('c1', create('patient', 'Ann') + update('age', '32')) }
    expect(await submits(edited)).toMatchObject({ kind: 'edited', formId: 'f1' })
    const after = await reads.findForm(DOMAIN, 'f1')
    expect(after).toMatchObject({ received_at: before?.received_at, state: 1 })
    expect(after?.edited_at).not.toBeNull()
    expect((await stateOf('c1'))?.properties).toEqual({ age: '32' })
    const counted = (await transactionsOf('c1')).filter((row) => !row.revoked)
    expect(counted.map((row) => row.type)).toEqual([129, 32])
    expect(await reads.findForm(DOMAIN, after?.deprecated_form_id ?? '')).toMatchObject({
      state: 4,
      orig_id: 'f1',
    })
  })

  it('other bytes of another xmlns are a normal form under a fresh id', async () => {
    const other = await submits({ formId: 'f1', xmlns: 'http://other/x', cases: '<q>1</q>' })
    expect(other).toMatchObject({ kind: 'saved' })
    expect(other).not.toMatchObject({ formId: 'f1' })
  })

  it('an id of another domain gets a fresh one, and its case is not ours', async () => {
    const elsewhere = await submits({ formId: 'f1', cases: '<q>1</q>' }, 'other')
    expect(elsewhere).toMatchObject({ kind: 'saved' })
    expect(elsewhere).not.toMatchObject({ formId: 'f1' })
    const stolen = await submits({ formId: 'f-steal', cases: caseBlock('c1', update('age', '99')) }, 'other')
    expect(stolen).toMatchObject({ kind: 'case-error', problem: expect.stringContaining('IllegalCaseId') })
    expect((await stateOf('c1'))?.properties).toEqual({ age: '32' })
  })
})

describe('§1.9 archive and unarchive', () => {
  it('takes the form out of account, and back', async () => {
    await submits({ formId: 'a1', cases: caseBlock('ca', create('patient', 'Bea')) })
    await submits({ formId: 'a2', cases: caseBlock('ca', update('age', '5'), '2024-03-02T10:00:00Z') })
    expect(await ingest.archive(DOMAIN, 'a2', 'admin')).toBe(true)
    expect((await stateOf('ca'))?.properties).toEqual({})
    expect(await ingest.archive(DOMAIN, 'a2', 'admin')).toBe(true)
    expect(await ingest.archive(DOMAIN, 'a1', 'admin')).toBe(true)
    expect((await stateOf('ca'))?.deleted).toBe(true)
    await ingest.unarchive(DOMAIN, 'a1', 'admin')
    await ingest.unarchive(DOMAIN, 'a2', 'admin')
    expect(await stateOf('ca')).toMatchObject({ name: 'Bea', deleted: false, properties: { age: '5' } })
    expect(await ingest.archive(DOMAIN, 'nowhere', 'admin')).toBe(false)
    expect(await ingest.archive('other', 'a1', 'admin')).toBe(false)
  })
})

describe('errors', () => {
  it('what is no form is kept as a submission error log', async () => {
    const result = await ingest.submit(DOMAIN, request('<data'))
    expect(result).toMatchObject({ kind: 'unparsable', reason: expect.stringContaining('Invalid XML') })
  })

  it('a bad index makes an error form; sent again and right, it is processed', async () => {
    const cases = caseBlock(
      'ce',
      `${create('child', 'Cy')}<n0:index><n0:parent case_type="patient">pe</n0:parent></n0:index>`,
    )
    const bad = await submits({ formId: 'e1', cases })
    expect(bad).toMatchObject({ kind: 'case-error', formId: 'e1' })
    expect(await stateOf('ce')).toBeUndefined()
    await submits({ formId: 'e0', cases: caseBlock('pe', create('patient', 'Di')) })
    expect(await submits({ formId: 'e1', cases })).toMatchObject({ kind: 'saved', formId: 'e1' })
    expect((await stateOf('ce'))?.indices).toHaveLength(1)
  })
})

describe('§2.5 extension chains', () => {
  it('closing a host closes its open extensions, and not its children', async () => {
    const link = (relationship: string, to: string): string =>
      `<n0:index><n0:host case_type="t" relationship="${relationship}">${to}</n0:host></n0:index>`
    await submits({ formId: 'x1', cases: caseBlock('xh', create('t', 'host')) })
    await submits({ formId: 'x2', cases: caseBlock('xe', create('t', 'ext') + link('extension', 'xh')) })
    await submits({
      formId: 'x3',
      cases: caseBlock('xf', create('t', 'ext of ext') + link('extension', 'xe')),
    })
    await submits({ formId: 'x4', cases: caseBlock('xc', create('t', 'child') + link('child', 'xh')) })
    await submits({ formId: 'x5', cases: caseBlock('xh', '<n0:close/>') })
    const closed = await Promise.all(['xh', 'xe', 'xf', 'xc'].map(async (id) => (await stateOf(id))?.closed))
    expect(closed).toEqual([true, true, true, false])
  })
})

describe('§2.8 ledgers', () => {
  it('keeps balances and follows an archive', async () => {
    const balance = (quantity: string): string =>
      `<balance xmlns="http://commcarehq.org/ledger/v1" entity-id="cl" date="2024-03-01" section-id="stock"><entry id="p1" quantity="${quantity}"/></balance>`
    await submits({ formId: 'l1', cases: caseBlock('cl', create('clinic', 'Clinic')) + balance('10') })
    await submits({ formId: 'l2', cases: balance('4') })
    expect(await reads.ledgers(DOMAIN, 'cl')).toMatchObject([{ entry_id: 'p1', balance: '4' }])
    await ingest.archive(DOMAIN, 'l2', null)
    expect(await reads.ledgers(DOMAIN, 'cl')).toMatchObject([{ balance: '10' }])
  })
})

describe('many at once', () => {
  it('50 concurrent posts of one form leave one normal form and one set of transactions', async () => {
    const said = { formId: 'many', cases: caseBlock('cm', create('patient', 'Eve')) }
    const results = await Promise.all(Array.from({ length: 50 }, async () => submits(said)))
    expect(results.filter((result) => result.kind === 'saved')).toHaveLength(1)
    expect(results.filter((result) => result.kind === 'duplicate')).toHaveLength(49)
    expect(await transactionsOf('cm')).toHaveLength(1)
  })

  it('many forms for one case leave versions without a gap, each event beginning where the last ended', async () => {
    await submits({ formId: 'v0', cases: caseBlock('cv', create('patient', 'Flo')) })
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) =>
        submits({ formId: `v${n + 1}`, cases: caseBlock('cv', update(`p${n}`, String(n))) }),
      ),
    )
    const { rows } = await database.postgres.pool.query<{ payload: string }>(
      `select payload from feed.outbox where topic = 'case-events.v1' and event_key = 'cv' order by xid, seq`,
    )
    const events = rows.map((row) => CaseEvent.parse(JSON.parse(row.payload)))
    expect(events.map((event) => event.version)).toEqual(Array.from({ length: 41 }, (_, n) => n + 1))
    for (const [index, event] of events.entries())
      expect(event.before).toEqual(events[index - 1]?.after ?? null)
    expect(Object.keys((await stateOf('cv'))?.properties ?? {})).toHaveLength(40)
  })

  it('writes form events as the contract says', async () => {
    const { rows } = await database.postgres.pool.query<{ payload: string }>(
      `select payload from feed.outbox where topic = 'form-events.v1'`,
    )
    for (const row of rows) expect(FormEvent.safeParse(JSON.parse(row.payload)).success).toBe(true)
  })
})
