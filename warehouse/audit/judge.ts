/** What is wrong with one document, from the rows that it should have and those that it has. Pure. */
import { CASE_COPIES, type CaseCopy, type Difference } from './difference.ts'
import type { ExpectedDocument, Row } from './expected-rows.ts'
import type { Audited } from './originals.ts'
import type { FoundRow } from './read-warehouse.ts'
import { isSameRow } from './same-row.ts'
import { TABLES, type AuditedTable } from './tables.ts'

export type FoundDocument = Readonly<Partial<Record<AuditedTable, readonly FoundRow[]>>>

/**
 * What the truth says of a change today, and said on the day itself. States in between, and the instant that an edited form gave,
 * may have been other ones then, so they are compared only where the rows are known to have been altered since.
 */
const STEADY = [
  'domain',
  'case_id',
  'version',
  'cause',
  'form_id',
  'transaction_type',
  'user_id',
  'server_at',
]

/** @param isStrict the rows were once found right, at these versions, and are others now. */
export function judge(
  place: { readonly domain: string; readonly what: Audited; readonly id: string },
  expected: ExpectedDocument | undefined,
  found: FoundDocument,
  isStrict: boolean,
): Difference | null {
  const { what, ...named } = place
  const own = judgeTable(what, expected, found[what] ?? [])
  if (own !== null) return { ...named, what, ...own }
  if (what !== 'cases' || expected === undefined) return null
  for (const copied of CASE_COPIES) {
    const wrong =
      copied === 'case_facts'
        ? judgeTable(copied, expected, found.case_facts ?? [])
        : judgeChanges(expected, found.case_changes ?? [], isStrict)
    if (wrong !== null) return { ...named, what: copied, ...wrong }
  }
  return null
}

const NOTHING: Row = {}

type Verdict = Pick<Difference, 'kind' | 'expected_version' | 'found_version' | 'must_remove'>

function judgeTable(
  table: Audited | CaseCopy,
  expected: ExpectedDocument | undefined,
  found: readonly FoundRow[],
): Verdict | null {
  const has = found.at(-1)?.version ?? null
  const should = expected?.version ?? null
  const versions = { expected_version: should, found_version: has }
  if (should === null) return has === null ? null : { ...versions, kind: 'extra', must_remove: true }
  if (has === null) return { ...versions, kind: 'missing', must_remove: false }
  if (found.length > 1) return { ...versions, kind: 'changed', must_remove: true }
  if (has !== should) return { ...versions, kind: 'stale', must_remove: has > should }
  const [row = NOTHING] = expected?.rows[table] ?? []
  const [other = NOTHING] = found
  if (isSameRow(row, other, TABLES[table].columns)) return null
  // At another place of the table the row sent again would not replace this one.
  const isMoved = row['received_at'] !== other['received_at']
  return { ...versions, kind: 'changed', must_remove: isMoved }
}

function judgeChanges(
  { version, rows }: ExpectedDocument,
  found: readonly FoundRow[],
  isStrict: boolean,
): Verdict | null {
  const known = new Map(found.map((row) => [row.version, row]))
  const versions = { expected_version: version, found_version: known.size === 0 ? null : known.size }
  const expected = rows.case_changes ?? []
  const isComplete = expected.every((row) => known.has(Number(row['version'])))
  if (!isComplete) return { ...versions, kind: known.size === 0 ? 'missing' : 'stale', must_remove: false }
  const isRight = (row: Row, index: number) => {
    const other = known.get(Number(row['version'])) ?? {}
    const isLast = index === expected.length - 1
    if (isStrict) return isSameRow(row, other, TABLES.case_changes.columns)
    return isSameRow(row, other, isLast ? [...STEADY, 'after', 'owner_after'] : STEADY) && isConsistent(other)
  }
  if (found.length === known.size && known.size === version && expected.every(isRight)) return null
  return { ...versions, kind: 'changed', must_remove: true }
}

/** What a change says of the states before and after it is taken out of them. */
function isConsistent(row: Row): boolean {
  const after = toState(row['after'])
  const before = toState(row['before'])
  return (
    after !== null &&
    after['owner_id'] === row['owner_after'] &&
    after['type'] === row['case_type'] &&
    (before === null ? row['owner_before'] === '' : before['owner_id'] === row['owner_before'])
  )
}

function toState(text: unknown): Row | null {
  try {
    const state: unknown = JSON.parse(String(text))
    return typeof state === 'object' && state !== null ? { ...state } : null
  } catch {
    return null
  }
}
