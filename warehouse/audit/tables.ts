/** The tables that reports read, as the audit sees them: their columns, where a document stands in time, and a digest of a row. */
import { CASE_COLUMNS, CHANGE_COLUMNS, FORM_COLUMNS } from '../schema/entry-tables.ts'
import type { CaseCopy } from './difference.ts'
import type { Audited } from './originals.ts'

export type AuditedTable = Audited | CaseCopy

interface Table {
  readonly id: string
  readonly columns: readonly string[]
  /** Which rows stand for a document. */
  readonly where: string
}

const CASE_FACTS = Object.keys(CASE_COLUMNS).filter((column) => column !== 'document')
/** Of the columns of the entrance, those that `case_changes` names in its own way. */
export const RENAMED_IN_CHANGES = { case_type: 'type', owner_after: 'owner_id', after: 'document' } as const

export const TABLES: Readonly<Record<AuditedTable, Table>> = {
  // State 64 alone is the mark of a place that a form id has left; it stands for no document.
  forms: { id: 'form_id', columns: Object.keys(FORM_COLUMNS), where: 'state != 64' },
  cases: { id: 'case_id', columns: Object.keys(CASE_COLUMNS), where: 'true' },
  case_facts: { id: 'case_id', columns: CASE_FACTS, where: 'true' },
  case_changes: {
    id: 'case_id',
    columns: [
      'domain',
      'case_id',
      'version',
      ...Object.keys(CHANGE_COLUMNS),
      ...Object.keys(RENAMED_IN_CHANGES),
    ],
    where: 'true',
  },
  workers: {
    id: 'user_id',
    columns: [
      'domain',
      'user_id',
      'version',
      'username',
      'first_name',
      'last_name',
      'location_id',
      'location_path',
      'group_ids',
      'case_sharing_group_ids',
      'is_active',
      'is_demo',
      'is_deleted',
      'created_at',
    ],
    where: 'true',
  },
}

/** A digest of everything that a row says; when it was loaded is no part of it. */
export function rowDigest(table: AuditedTable): string {
  return `sipHash64(${TABLES[table].columns.map((column) => `ifNull(toString(${column}), '')`).join(', ')})`
}
