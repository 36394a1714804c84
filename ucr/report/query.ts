/**
 * A report's query as a value: what the engine computes, before any SQL. The SQL compiler turns it into text; the rows it brings back have
 * one value an alias, and `shapeReport` makes the report of them.
 */
import type { DataSource } from '../tree/data-source.ts'
import type { Report } from '../tree/report.ts'
import type { Aggregation, CaseBranch, ReportColumn, TemplateColumn } from '../tree/report-column.ts'
import type { Value } from '../value/value.ts'
import type { Clause } from './clause.ts'
import {
  denominatorAlias,
  expandedAlias,
  monthAlias,
  numeratorAlias,
  queryAliasesOf,
  yearAlias,
} from './columns.ts'

/** What one column of the query computes. */
export type QueryExpression =
  | { readonly op: 'field'; readonly field: string }
  | {
      readonly op: 'aggregate'
      readonly aggregation: Exclude<Aggregation, 'simple' | 'year' | 'month'>
      readonly field: string
    }
  | { readonly op: 'year' | 'month'; readonly field: string }
  /** How many rows of the group have the value; null is one. */
  | { readonly op: 'count_equal'; readonly field: string; readonly value: Value }
  | {
      readonly op: 'buckets'
      readonly of: 'number' | 'age_in_months'
      readonly field: string
      readonly ranges: Readonly<Record<string, readonly [number, number]>>
      readonly otherwise: string
    }
  | { readonly op: 'last_value'; readonly field: string; readonly orderBy: string }
  | { readonly op: 'case'; readonly whens: readonly CaseBranch[]; readonly otherwise: Value }
  | { readonly op: 'template'; readonly whens: TemplateColumn['whens']; readonly otherwise: Value }

export interface QueryColumn {
  readonly alias: string
  readonly expression: QueryExpression
}

export interface ReportQuery {
  readonly table: string
  readonly columns: readonly QueryColumn[]
  /** All must hold. */
  readonly where: readonly Clause[]
  /** Aliases of columns above, or fields. */
  readonly groupBy: readonly string[]
  readonly orderBy: readonly { readonly by: string; readonly order: 'ASC' | 'DESC' }[]
  readonly distinctOn: readonly string[]
  readonly limit: number | null
  readonly offset: number
}

/** Distinct values of the fields of expanded columns, by column id; the engine is asked for them first. */
export type Expansions = ReadonlyMap<string, readonly Value[]>

const fieldColumn = (alias: string, field: string, aggregation: Aggregation): QueryColumn => {
  if (aggregation === 'simple') return { alias, expression: { op: 'field', field } }
  return aggregation === 'year' || aggregation === 'month'
    ? { alias, expression: { op: aggregation, field } }
    : { alias, expression: { op: 'aggregate', aggregation, field } }
}

/** The columns of the query behind one column of the report. */
export function queryColumnsOf(column: ReportColumn, expansions: Expansions): readonly QueryColumn[] {
  const { column_id: id } = column
  switch (column.type) {
    case 'field':
      return [fieldColumn(id, column.field, column.aggregation)]
    case 'location':
      return [fieldColumn(id, column.field, 'simple')]
    case 'percent':
      return [
        fieldColumn(numeratorAlias(id), column.numerator.field, column.numerator.aggregation),
        fieldColumn(denominatorAlias(id), column.denominator.field, column.denominator.aggregation),
      ]
    case 'expanded':
      return expandedValues(column, expansions).map((value, index) => ({
        alias: expandedAlias(id, index),
        expression: { op: 'count_equal', field: column.field, value },
      }))
    case 'aggregate_date':
      return [
        { alias: yearAlias(id), expression: { op: 'year', field: column.field } },
        { alias: monthAlias(id), expression: { op: 'month', field: column.field } },
      ]
    case 'integer_buckets':
    case 'age_in_months_buckets': {
      const of = column.type === 'integer_buckets' ? 'number' : 'age_in_months'
      const { field, ranges, else_: otherwise } = column
      return [{ alias: id, expression: { op: 'buckets', of, field, ranges, otherwise } }]
    }
    case 'array_agg_last_value':
      return [
        { alias: id, expression: { op: 'last_value', field: column.field, orderBy: column.order_by_col } },
      ]
    case 'conditional_aggregation':
    case 'sum_when': {
      const { whens, else_: otherwise } = column
      return [{ alias: id, expression: { op: 'case', whens, otherwise } }]
    }
    case 'sum_when_template': {
      const { whens, else_: otherwise } = column
      return [{ alias: id, expression: { op: 'template', whens, otherwise } }]
    }
    case 'expression':
      return []
  }
}

/** The values that an expanded column shows: the first so many of the sorted distinct ones. */
export function expandedValues(
  column: Extract<ReportColumn, { type: 'expanded' }>,
  expansions: Expansions,
): readonly Value[] {
  return (expansions.get(column.column_id) ?? []).slice(0, column.max_expansion)
}

function aliasesFor(report: Report, id: string): readonly string[] {
  const column = report.columns.find(({ column_id }) => column_id === id)
  return column === undefined ? [id] : queryAliasesOf(column)
}

/** By the given rules, else by the first column; what makes rows distinct comes first, as the engine wants it. */
function orderOf(report: Report): ReportQuery['orderBy'] {
  const [first] = report.columns
  const rules =
    report.sort_expression.length > 0 || first === undefined
      ? report.sort_expression
      : [{ field: first.column_id, order: 'ASC' as const }]
  const wanted = rules.flatMap(({ field, order }) => aliasesFor(report, field).map((by) => ({ by, order })))
  const missing = report.distinct_on.filter((field) => !wanted.some(({ by }) => by === field))
  return [...missing.map((by) => ({ by, order: 'ASC' as const })), ...wanted]
}

export interface QueryOptions {
  readonly clauses: readonly Clause[]
  readonly expansions: Expansions
  readonly limit?: number
  readonly offset?: number
}

/**
 * The query of a report. Call it with a report that `validateReport` found nothing wrong with.
 * Source: reference §6.12, §6.13.
 */
export function planQuery(report: Report, source: DataSource, options: QueryOptions): ReportQuery {
  const { clauses, expansions, limit = null, offset = 0 } = options
  return {
    table: source.table_name,
    columns: report.columns.flatMap((column) => queryColumnsOf(column, expansions)),
    where: clauses,
    groupBy: report.aggregation_columns.flatMap((id) => aliasesFor(report, id)),
    orderBy: orderOf(report),
    distinctOn: report.distinct_on,
    limit,
    offset,
  }
}
