/**
 * Reports: which columns of a data source are shown, how grouped, filtered, sorted and drawn.
 * Source: reference §6.12, §6.16.
 */
import type { ReportColumn } from './report-column.ts'
import type { ReportFilter } from './report-filter.ts'
import type { Localized } from './transform.ts'

interface ChartBase {
  /** Given, or made from the title and a hash of the specification. */
  readonly chart_id: string
  readonly title: Localized
}

export interface YAxisColumn {
  readonly column_id: string
  readonly display: Localized
}

export type Chart =
  | (ChartBase & {
      readonly type: 'pie'
      readonly aggregation_column: string | null
      readonly value_column: string
    })
  | (ChartBase & {
      readonly type: 'multibar'
      readonly x_axis_column: string
      readonly y_axis_columns: readonly YAxisColumn[]
      readonly aggregation_column: string | null
      readonly is_stacked: boolean
    })
  | (ChartBase & {
      readonly type: 'multibar-aggregate'
      readonly primary_aggregation: string
      readonly secondary_aggregation: string
      readonly value_column: string
    })

export interface SortRule {
  /** A column of the report, or of the data source. */
  readonly field: string
  readonly order: 'ASC' | 'DESC'
}

export interface Report {
  readonly domain: string
  /** The data source. */
  readonly config_id: string
  readonly title: Localized
  readonly description: Localized
  readonly visible: boolean
  /** Columns of the report or of the data source that rows are grouped by, shown or not. */
  readonly aggregation_columns: readonly string[]
  readonly filters: readonly ReportFilter[]
  readonly columns: readonly ReportColumn[]
  readonly sort_expression: readonly SortRule[]
  readonly distinct_on: readonly string[]
  readonly configured_charts: readonly Chart[]
  readonly report_meta: Readonly<Record<string, unknown>>
}
