/**
 * From a document to the rows of a data source.
 * Source: reference §6.1, §6.8, §6.10.
 */
import { cellsOf } from '../indicator/values.ts'
import type { TransformContext } from '../transform/transform.ts'
import type { DataSource } from '../tree/data-source.ts'
import { isDict, isList, member } from '../value/value.ts'
import type { DictValue, Value } from '../value/value.ts'
import { createContext } from './evaluate.ts'
import type { Context, Surroundings } from './context.ts'

/** Values by column id, all columns of the data source and no others. */
export type Row = Readonly<Record<string, Value>>

/** Why a row is not what its document says. Column and reason, never the value. */
export interface RowFault {
  readonly iteration: number
  readonly column_id: string
  /** `cast`: the datatype cannot hold what is there, the cell is null. `null`: the column must not be null, the row cannot be saved. */
  readonly reason: 'cast' | 'null'
}

export interface DocumentRows {
  /** False: of another domain or type, or refused by the filter; the document has no rows and old ones go. */
  readonly matches: boolean
  readonly rows: readonly Row[]
  readonly faults: readonly RowFault[]
  /** True: the document hit a bound of time or depth; what lay beyond is null. */
  readonly isCut: boolean
}

export interface ValidationFailure {
  readonly name: string
  readonly error_message: string
}

function startOf(surroundings: Surroundings, document: DictValue): Context {
  return createContext(surroundings, document, 0)
}

/** Domain, type and the configured filter, all on the document itself. */
export function matchesDocument(
  source: DataSource,
  document: DictValue,
  surroundings: Surroundings,
): boolean {
  if (member(document, 'domain') !== source.domain) return false
  if (member(document, 'doc_type') !== source.referenced_doc_type) return false
  const filter = source.configured_filter
  if (filter === null) return true
  const context = startOf(surroundings, document)
  return context.test(filter, document, context)
}

/** The items that become rows: the document, or what the base item expression gives (null none, a list one each). */
function itemsOf(source: DataSource, document: DictValue, surroundings: Surroundings): readonly Value[] {
  const base = source.base_item_expression
  if (base === null) return [document]
  const context = startOf(surroundings, document)
  const items = context.evaluate(base, document, context)
  if (items === null) return []
  return isList(items) ? items : [items]
}

function rowOf(
  source: DataSource,
  item: Value,
  context: Context,
  transforms: TransformContext,
): { readonly row: Row; readonly faults: readonly RowFault[] } {
  const { iteration } = context
  const cells = source.configured_indicators.flatMap((each) => cellsOf(each, item, context, transforms))
  const row = Object.fromEntries([
    ['doc_id', isDict(context.root) ? member(context.root, '_id') : null],
    ['inserted_at', context.now],
    ...(source.base_item_expression === null ? [] : [['repeat_iteration', iteration] as const]),
    ...cells.map(({ column_id, value }) => [column_id, value] as const),
  ]) as Row
  const lost = cells.filter(({ isLost }) => isLost)
  const nulls = source.columns.filter(({ id, is_nullable }) => !is_nullable && (row[id] ?? null) === null)
  return {
    row,
    faults: [
      ...lost.map(({ column_id }) => ({ iteration, column_id, reason: 'cast' as const })),
      ...nulls.map(({ id }) => ({ iteration, column_id: id, reason: 'null' as const })),
    ],
  }
}

export function rowsOfDocument(
  source: DataSource,
  document: DictValue,
  surroundings: Surroundings,
  transforms: TransformContext,
): DocumentRows {
  if (!matchesDocument(source, document, surroundings))
    return { matches: false, rows: [], faults: [], isCut: surroundings.budget.isSpent }
  const built = itemsOf(source, document, surroundings).map((item, iteration) =>
    rowOf(source, item, createContext(surroundings, document, iteration), transforms),
  )
  return {
    matches: true,
    rows: built.map(({ row }) => row),
    faults: built.flatMap(({ faults }) => faults),
    isCut: surroundings.budget.isSpent,
  }
}

/** The validations that a document fails, in their order; each with the sentence that its author wrote. */
export function failedValidations(
  source: DataSource,
  document: DictValue,
  surroundings: Surroundings,
): readonly ValidationFailure[] {
  const context = startOf(surroundings, document)
  return source.validations
    .filter(({ expression }) => !context.test(expression, document, context))
    .map(({ name, error_message }) => ({ name, error_message }))
}
