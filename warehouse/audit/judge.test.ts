import { describe, expect, it } from 'vitest'
import { caseEvent, formEvent } from '../test/events.ts'
import { toExpected } from './expected-rows.ts'
import { judge, type FoundDocument } from './judge.ts'
import type { FoundRow } from './read-warehouse.ts'
import type { AuditedTable } from './tables.ts'

const FORM = { domain: 'demo', what: 'forms', id: 'f1' } as const
const CASE = { domain: 'demo', what: 'cases', id: 'c1' } as const
const form = toExpected('forms', [formEvent('demo', { form_id: 'f1', version: 2 })]).get('f1')
const twice = toExpected('cases', [
  caseEvent('demo', { case_id: 'c1' }),
  caseEvent('demo', { case_id: 'c1', version: 2, name: 'newest' }),
]).get('c1')

/** The rows as they should be, but for what is said. */
function rows(
  expected: typeof form,
  change: (table: AuditedTable, index: number) => object | null = () => ({}),
): FoundDocument {
  const entries = Object.entries(expected?.rows ?? {}).map(([table, list]) => [
    table,
    list.flatMap((row, index): FoundRow[] => {
      // The keys of `rows` are the names of tables.
      const other = change(table as AuditedTable, index)
      const version = Number(row['version'])
      return other === null ? [] : [{ audit_id: 'x', audit_digest: '1', version, ...row, ...other }]
    }),
  ])
  return Object.fromEntries(entries) as FoundDocument
}

const verdict = (found: FoundDocument, isStrict = false) => {
  const difference = judge(CASE, twice, found, isStrict)
  return difference === null ? null : `${difference.what} ${difference.kind} ${difference.must_remove}`
}

describe('judge of a form', () => {
  it.each([
    ['missing', {}, { kind: 'missing', must_remove: false, found_version: null }],
    ['older', rows(form, () => ({ version: 1 })), { kind: 'stale', must_remove: false }],
    ['newer', rows(form, () => ({ version: 3 })), { kind: 'stale', must_remove: true }],
    ['altered', rows(form, () => ({ username: 'other' })), { kind: 'changed', must_remove: false }],
    ['altered document', rows(form, () => ({ document: '{}' })), { kind: 'changed', must_remove: false }],
    [
      'moved',
      rows(form, () => ({ received_at: '2001-01-01 00:00:00.000000' })),
      { kind: 'changed', must_remove: true },
    ],
  ])('%s', (_, found, expected) => {
    expect(judge(FORM, form, found, false)).toMatchObject(expected)
  })

  it('that is right finds nothing', () => {
    expect(judge(FORM, form, rows(form), false)).toBeNull()
  })

  it('of nobody is extra', () => {
    expect(judge(FORM, undefined, rows(form), false)).toMatchObject({ kind: 'extra', must_remove: true })
    expect(judge(FORM, undefined, {}, false)).toBeNull()
  })

  it('does not mind the order of keys, nor what is null', () => {
    const [row] = rows(form).forms ?? []
    const document: object = { extra: null, ...(JSON.parse(String(row?.['document'])) as object) }
    const turned = Object.fromEntries(Object.entries(document).toReversed())
    expect(
      judge(
        FORM,
        form,
        rows(form, () => ({ document: JSON.stringify(turned) })),
        false,
      ),
    ).toBeNull()
  })
})

describe('judge of a case', () => {
  it.each([
    ['right', rows(twice), null],
    [
      'facts missing',
      rows(twice, (table) => (table === 'case_facts' ? null : {})),
      'case_facts missing false',
    ],
    [
      'facts altered',
      rows(twice, (table) => (table === 'case_facts' ? { owner_id: 'x' } : {})),
      'case_facts changed false',
    ],
    [
      'one change missing',
      rows(twice, (table, n) => (table === 'case_changes' && n === 0 ? null : {})),
      'case_changes stale false',
    ],
    [
      'change altered',
      rows(twice, (table) => (table === 'case_changes' ? { user_id: 'x' } : {})),
      'case_changes changed true',
    ],
    [
      'owner of a change altered',
      rows(twice, (table, n) => (table === 'case_changes' && n === 0 ? { owner_after: 'x' } : {})),
      'case_changes changed true',
    ],
  ])('%s', (_, found, expected) => {
    expect(verdict(found)).toBe(expected)
  })

  it('minds when a change was said to be only where the rows were altered under a seal', () => {
    const found = rows(twice, (table, n) =>
      table === 'case_changes' && n === 0 ? { changed_at: '2001-01-01 00:00:00.000000' } : {},
    )
    expect(verdict(found)).toBeNull()
    expect(verdict(found, true)).toBe('case_changes changed true')
  })
})
