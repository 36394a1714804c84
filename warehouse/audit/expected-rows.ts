/** The rows that a document should have, made of its events by the loader's own rules. Pure. */
import type { NewEvent } from '#infra/platform/index.ts'
import { Misfit } from '../loader/reading.ts'
import { toCaseEntry, toFormEntry, toWorkerEntry } from '../loader/to-rows.ts'
import type { Audited } from './originals.ts'
import { RENAMED_IN_CHANGES, TABLES, type AuditedTable } from './tables.ts'

export type Row = Readonly<Record<string, unknown>>
export type RowsByTable = Readonly<Partial<Record<AuditedTable, readonly Row[]>>>

export interface ExpectedDocument {
  readonly version: number
  readonly rows: RowsByTable
}

/** By id; what the loader would park for its shape has no rows and is not in it. @param events as the truth would send them */
export function toExpected(
  what: Audited,
  events: readonly NewEvent[],
): ReadonlyMap<string, ExpectedDocument> {
  const expected = new Map<string, ExpectedDocument>()
  for (const [id, own] of Map.groupBy(events, (event) => event.eventKey)) {
    try {
      expected.set(id, toDocument(what, own))
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
    }
  }
  return expected
}

function toDocument(what: Audited, events: readonly NewEvent[]): ExpectedDocument {
  const placed = events.map((event) => ({ ...event, xid: '0', seq: '0', createdAt: new Date(0) }))
  switch (what) {
    case 'forms':
      return newest('forms', placed.map(toFormEntry))
    case 'workers':
      return newest('workers', placed.map(toWorkerEntry))
    case 'cases': {
      const entries = placed.map(toCaseEntry)
      const { version, rows } = newest('cases', entries)
      const [present] = rows.cases ?? []
      const facts = pick(present ?? {}, TABLES.case_facts.columns)
      return { version, rows: { ...rows, case_facts: [facts], case_changes: entries.map(toChange) } }
    }
  }
}

function newest(table: Audited, entries: readonly Row[]): ExpectedDocument {
  const row = entries.at(-1) ?? {}
  return { version: Number(row['version']), rows: { [table]: [pick(row, TABLES[table].columns)] } }
}

function toChange(entry: Row): Row {
  const renamed = Object.entries(RENAMED_IN_CHANGES).map(([column, from]) => [column, entry[from]])
  return pick({ ...entry, ...Object.fromEntries(renamed) }, TABLES.case_changes.columns)
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column]]))
}
