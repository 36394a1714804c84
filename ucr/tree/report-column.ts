/**
 * Columns of a report.
 * Source: reference §6.13.
 */
import type { Value } from '../value/value.ts'
import type { Expression } from './expression.ts'
import type { Localized, Transform } from './transform.ts'

export const AGGREGATIONS = [
  'simple',
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'count_unique',
  'year',
  'month',
  'nonzero_sum',
] as const
export type Aggregation = (typeof AGGREGATIONS)[number]

export const PERCENT_FORMATS = ['percent', 'numeric_percent', 'decimal', 'fraction', 'both'] as const
export type PercentFormat = (typeof PERCENT_FORMATS)[number]

export interface ReportColumnBase {
  readonly column_id: string
  readonly display: Localized
  readonly description: Localized | null
  readonly visible: boolean
  readonly transform: Transform | null
  readonly calculate_total: boolean
  readonly sortable: boolean
  readonly width: string | null
  readonly css_class: string | null
}

/** Numerator or denominator of a percentage. */
export interface FieldPart {
  readonly field: string
  readonly aggregation: Aggregation
}

export interface FieldColumn extends ReportColumnBase, FieldPart {
  readonly type: 'field'
  readonly format: 'default' | 'percent_of_total'
}

export interface PercentColumn extends ReportColumnBase {
  readonly type: 'percent'
  readonly numerator: FieldPart
  readonly denominator: FieldPart
  readonly format: PercentFormat
}

/** One counting column a distinct value of the field. */
export interface ExpandedColumn extends ReportColumnBase {
  readonly type: 'expanded'
  readonly field: string
  readonly max_expansion: number
}

/** Groups by year and month. */
export interface AggregateDateColumn extends ReportColumnBase {
  readonly type: 'aggregate_date'
  readonly field: string
  readonly format: string
}

/** The label of the inclusive range that a number, or the age in months of a date, falls into. */
export interface BucketsColumn<T extends string> extends ReportColumnBase {
  readonly type: T
  readonly field: string
  readonly ranges: Readonly<Record<string, readonly [number, number]>>
  readonly else_: string
}

export interface LastValueColumn extends ReportColumnBase {
  readonly type: 'array_agg_last_value'
  readonly field: string
  readonly order_by_col: string
}

export interface LocationColumn extends ReportColumnBase {
  readonly type: 'location'
  readonly field: string
}

/** Computed from the finished row; the engine never sees it. */
export interface ExpressionColumn extends ReportColumnBase {
  readonly type: 'expression'
  readonly expression: Expression
}

/** One branch of a CASE in SQL: only configurations that come with the program may have it. */
export interface CaseBranch {
  readonly condition: string
  readonly binds: readonly Value[]
  readonly value: Value
}

export interface CaseColumn<T extends string> extends ReportColumnBase {
  readonly type: T
  readonly whens: readonly CaseBranch[]
  readonly else_: Value
}

/** Branches by the name of a condition that the program knows. */
export interface TemplateColumn extends ReportColumnBase {
  readonly type: 'sum_when_template'
  /** `type` is the condition's name; the rest is what it takes. */
  readonly whens: readonly Readonly<Record<string, unknown>>[]
  readonly else_: Value
}

export type ReportColumn =
  | FieldColumn
  | PercentColumn
  | ExpandedColumn
  | AggregateDateColumn
  | BucketsColumn<'integer_buckets'>
  | BucketsColumn<'age_in_months_buckets'>
  | LastValueColumn
  | LocationColumn
  | ExpressionColumn
  | CaseColumn<'conditional_aggregation'>
  | CaseColumn<'sum_when'>
  | TemplateColumn
export type ReportColumnType = ReportColumn['type']
