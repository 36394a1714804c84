/** The verifier must notice: each test harms one thing of a run in which everything is right. */
import { expect, test } from 'vitest'
import { FORM_STATE } from '#ingest/contract.ts'
import type { CaseChange, FormRecord } from '../clients/record.ts'
import { verifyCases, type StoredCase } from './cases.ts'
import { verifyForms, type StoredForm } from './forms.ts'
import { verifyChanges, verifySum } from './numbers.ts'

const change = (values: Record<string, string>, more: Partial<CaseChange> = {}): CaseChange => ({
  caseId: 'c1',
  isCreate: false,
  isClose: false,
  values,
  ...more,
})
const record = (
  number: number,
  changes: readonly CaseChange[],
  more: Partial<FormRecord> = {},
): FormRecord => ({
  domain: 'kill-1',
  clientId: 'w1',
  formId: `f${number}`,
  number,
  versions: [{ md5: `m${number}`, changes }],
  attempts: 1,
  acknowledged: 1,
  isArchived: false,
  ...more,
})

/** The second was edited once, and sent three times more, of which one was cut off; the third is archived. */
const records: readonly FormRecord[] = [
  record(1, [change({ step: '1', amount: '5' }, { isCreate: true })]),
  record(2, [change({ step: '2', p1: 'new' })], {
    versions: [
      { md5: 'm2', changes: [change({ step: '2', p0: 'old' })] },
      { md5: 'm2b', changes: [change({ step: '2', p1: 'new' })] },
    ],
    attempts: 5,
    acknowledged: 4,
  }),
  record(3, [change({ step: '3' }, { isClose: true })], { isArchived: true }),
  record(4, [change({ step: '4' })]),
]
const form = (form_id: string, md5: string, more: Partial<StoredForm> = {}): StoredForm => ({
  domain: 'kill-1',
  form_id,
  state: FORM_STATE.normal,
  md5,
  orig_id: null,
  version: 1,
  ...more,
})
const stored: readonly StoredForm[] = [
  form('f1', 'm1'),
  form('f2', 'm2b'),
  form('old', 'm2', { state: FORM_STATE.deprecated, orig_id: 'f2' }),
  form('again-1', 'm2b', { state: FORM_STATE.duplicate, orig_id: 'f2' }),
  form('again-2', 'm2b', { state: FORM_STATE.duplicate, orig_id: 'f2' }),
  form('f3', 'm3', { state: FORM_STATE.archived }),
  form('f4', 'm4'),
  form('failed', 'm4', { state: FORM_STATE.error }),
]
const cases: readonly StoredCase[] = [
  {
    case_id: 'c1',
    closed: false,
    properties: { step: '4', amount: '5', p1: 'new', external: 'not ours' },
    form_ids: ['f1', 'f2', 'f4'],
  },
]
const kindsOfForms = (rows: readonly StoredForm[]): readonly string[] =>
  verifyForms(records, rows).map(({ kind, id }) => `${kind} ${id}`)
const without = (id: string): readonly StoredForm[] => stored.filter(({ form_id: other }) => other !== id)
const changed = (id: string, more: Partial<StoredForm>): readonly StoredForm[] =>
  stored.map((row) => (row.form_id === id ? { ...row, ...more } : row))
const kindsOfCase = (more: Partial<StoredCase>): readonly string[] =>
  verifyCases(
    records,
    cases.map((row) => ({ ...row, ...more })),
  ).map(({ kind }) => kind)

test('finds nothing where nothing is wrong', () => {
  expect(verifyForms(records, stored)).toEqual([])
  expect(verifyCases(records, cases)).toEqual([])
})

test('a form that is lost, double, nobody’s, in another state or of other bytes', () => {
  expect(kindsOfForms(without('f4'))).toEqual(['lost f4'])
  expect(kindsOfForms([...stored, form('f4', 'm4', { domain: 'kill-2' })])).toEqual(['double f4'])
  expect(kindsOfForms([...stored, form('new', 'm9')])).toEqual(['stranger new'])
  expect(kindsOfForms(changed('f3', { state: FORM_STATE.normal }))).toEqual(['state f3'])
  expect(kindsOfForms(changed('f2', { md5: 'm2' }))).toEqual(['state f2'])
  expect(kindsOfForms(changed('f1', { domain: 'kill-2' }))).toEqual(['state f1'])
})

test('copies that are missing or too many', () => {
  const copy = (n: number) => form(`more-${n}`, 'm2b', { state: FORM_STATE.duplicate, orig_id: 'f2' })
  expect(kindsOfForms(without('old'))).toEqual(['lost f2'])
  expect(kindsOfForms(without('again-1'))).toEqual(['lost f2'])
  expect(kindsOfForms([...stored, copy(1)])).toEqual([])
  expect(kindsOfForms([...stored, copy(1), copy(2)])).toEqual(['double f2'])
  const old = form('older', 'm2', { state: FORM_STATE.deprecated, orig_id: 'f2' })
  expect(kindsOfForms([...stored, old])).toEqual(['double f2'])
  expect(kindsOfForms([...stored, form('odd', 'm2', { orig_id: 'f2' })])).toEqual(['double f2'])
})

test('a case that is lost or nobody’s, and a change that is lost, double, or of a form that does not count', () => {
  expect(verifyCases(records, []).map(({ kind }) => kind)).toEqual(['lost'])
  const strange = { case_id: 'c9', closed: false, properties: {}, form_ids: [] }
  expect(verifyCases(records, [...cases, strange]).map(({ kind }) => kind)).toEqual(['stranger'])
  expect(kindsOfCase({ form_ids: ['f1', 'f2'] })).toEqual(['lost'])
  expect(kindsOfCase({ form_ids: ['f1', 'f2', 'f2', 'f4'] })).toContain('double')
  expect(kindsOfCase({ form_ids: ['f1', 'f2', 'f3', 'f4'] })).toEqual(['stranger'])
})

test('two changes of one client in the wrong order, but not of two clients', () => {
  expect(
    kindsOfCase({ form_ids: ['f1', 'f4', 'f2'], properties: { ...cases[0]?.properties, step: '2' } }),
  ).toEqual(['order'])
  const other = { ...record(1, [change({ by_w2: '1' })]), clientId: 'w2', formId: 'g1' }
  const shared = {
    ...cases[0],
    properties: { ...cases[0]?.properties, by_w2: '1' },
    form_ids: ['f1', 'g1', 'f2', 'f4'],
  }
  expect(verifyCases([...records, other], [{ case_id: 'c1', closed: false, ...shared }])).toEqual([])
})

test('a property that is wrong, missing or left over, and a case that is closed', () => {
  const right = cases[0]?.properties ?? {}
  expect(kindsOfCase({ properties: { ...right, amount: '6' } })).toEqual(['state'])
  expect(kindsOfCase({ properties: { step: '4', amount: '5' } })).toEqual(['state'])
  expect(kindsOfCase({ properties: { ...right, p0: 'old' } })).toEqual(['state'])
  expect(kindsOfCase({ closed: true })).toEqual(['state'])
})

test('a sum that is too large, too small, or of something that Postgres has not', () => {
  const line = (key: string, forms: number) => ({ key, numbers: { forms } })
  expect(verifySum('forms', [line('a', 2)], [line('a', 2)])).toEqual([])
  expect(verifySum('forms', [line('a', 2)], [line('a', 3)])).toMatchObject([
    { kind: 'sum', id: 'forms a', detail: 'forms is 3, Postgres has 2' },
  ])
  expect(verifySum('forms', [line('a', 2), line('b', 1)], [line('a', 2)])).toHaveLength(1)
  expect(verifySum('forms', [], [line('a', 1)])).toHaveLength(1)
})

test('changes of a case with a gap, too few, too many or twice', () => {
  const row = { case_id: 'c1', rows: 3, versions: 3, first: 1, last: 3 }
  const kinds = (more: Partial<typeof row>): readonly string[] =>
    verifyChanges(new Map([['c1', 3]]), [{ ...row, ...more }]).map(({ kind }) => kind)
  expect(kinds({})).toEqual([])
  expect(kinds({ rows: 4 })).toEqual(['double'])
  expect(kinds({ rows: 2, versions: 2 })).toEqual(['lost'])
  expect(kinds({ rows: 2, versions: 2, last: 2 })).toEqual(['lost'])
  expect(kinds({ rows: 4, versions: 4, last: 4 })).toEqual(['lost'])
  expect(verifyChanges(new Map([['c1', 3]]), []).map(({ kind }) => kind)).toEqual(['lost'])
  expect(verifyChanges(new Map(), [row]).map(({ kind }) => kind)).toEqual(['stranger'])
})
