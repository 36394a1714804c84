/** What a report's columns need of the engine: fields, aliases in the query, and which of them are grouped by. */
import type { ReportColumn } from '../tree/report-column.ts'

/** The fields of the data source that a column reads. Path keys say where each is written. */
export function fieldsOf(column: ReportColumn): readonly (readonly [readonly string[], string])[] {
  switch (column.type) {
    case 'field':
    case 'expanded':
    case 'aggregate_date':
    case 'integer_buckets':
    case 'age_in_months_buckets':
    case 'location':
      return [[['field'], column.field]]
    case 'array_agg_last_value':
      return [
        [['field'], column.field],
        [['order_by_col'], column.order_by_col],
      ]
    case 'percent':
      return [
        [['numerator', 'field'], column.numerator.field],
        [['denominator', 'field'], column.denominator.field],
      ]
    case 'expression':
    case 'conditional_aggregation':
    case 'sum_when':
    case 'sum_when_template':
      return []
  }
}

export const yearAlias = (columnId: string): string => `${columnId}_year`
export const monthAlias = (columnId: string): string => `${columnId}_month`
export const numeratorAlias = (columnId: string): string => `${columnId}__num`
export const denominatorAlias = (columnId: string): string => `${columnId}__denom`
/** Of the n-th distinct value, from 0. */
export const expandedAlias = (columnId: string, index: number): string => `${columnId}-${index}`

/** The aliases that sorting or grouping by a column means; none for what the engine does not compute. */
export function queryAliasesOf(column: ReportColumn): readonly string[] {
  switch (column.type) {
    case 'aggregate_date':
      return [yearAlias(column.column_id), monthAlias(column.column_id)]
    case 'expression':
    case 'expanded':
      return []
    case 'percent':
      return [numeratorAlias(column.column_id), denominatorAlias(column.column_id)]
    case 'field':
    case 'integer_buckets':
    case 'age_in_months_buckets':
    case 'array_agg_last_value':
    case 'location':
    case 'conditional_aggregation':
    case 'sum_when':
    case 'sum_when_template':
      return [column.column_id]
  }
}

/** Whether a column shows a field as it is, so that the rows must be grouped by it. */
export function isPlain(column: ReportColumn): boolean {
  return column.type === 'location' || (column.type === 'field' && column.aggregation === 'simple')
}
