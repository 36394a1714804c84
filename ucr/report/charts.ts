/**
 * The numbers of a chart, from the finished rows: categories and series, ready for any drawing library.
 * Source: reference §6.16.
 */
import type { Row } from '../interpret/rows.ts'
import { localize } from '../transform/localize.ts'
import type { Chart } from '../tree/report.ts'
import { toDouble } from '../value/float.ts'
import { toText } from '../value/text.ts'
import { member } from '../value/value.ts'
import type { ShapedReport } from './shape.ts'

export interface ChartSeries {
  readonly name: string
  /** One number a category; null where there is none. */
  readonly values: readonly (number | null)[]
}

export interface ChartData {
  readonly chart_id: string
  readonly type: Chart['type']
  readonly title: string
  readonly categories: readonly string[]
  readonly series: readonly ChartSeries[]
  readonly isStacked: boolean
}

/** A cell as a number: `67%` counts as 67. */
function numberIn(row: Row, slug: string): number | null {
  const value = member(row, slug)
  return toDouble(typeof value === 'string' ? value.replace(/%.*$/, '') : value)
}

const textIn = (row: Row, slug: string): string => {
  const value = member(row, slug)
  return value === null ? '' : toText(value)
}

/** One series a value of `by`, one number a value of `x`, numbers of the same place added. */
function pivot(
  rows: readonly Row[],
  [x, by, value]: readonly [string, string, string],
): {
  readonly categories: readonly string[]
  readonly series: readonly ChartSeries[]
} {
  const categories = [...new Set(rows.map((row) => textIn(row, x)))]
  const names = [...new Set(rows.map((row) => textIn(row, by)))]
  const sumOf = (name: string, category: string): number | null => {
    const found = rows
      .filter((row) => textIn(row, x) === category && textIn(row, by) === name)
      .map((row) => numberIn(row, value))
      .filter((number) => number !== null)
    return found.length === 0 ? null : found.reduce((sum, number) => sum + number, 0)
  }
  return {
    categories,
    series: names.map((name) => ({ name, values: categories.map((category) => sumOf(name, category)) })),
  }
}

/** A column, or the columns that an expanded one became. */
function slugsOf(columnId: string, { headers }: ShapedReport): readonly { slug: string; header: string }[] {
  return headers.filter(({ column_id }) => column_id === columnId)
}

function multibar(
  chart: Extract<Chart, { type: 'multibar' }>,
  shaped: ShapedReport,
  language: string,
): Pick<ChartData, 'categories' | 'series'> {
  const [first] = chart.y_axis_columns
  if (chart.aggregation_column !== null && first !== undefined)
    return pivot(shaped.rows, [chart.x_axis_column, chart.aggregation_column, first.column_id])
  return {
    categories: shaped.rows.map((row) => textIn(row, chart.x_axis_column)),
    series: chart.y_axis_columns.flatMap(({ column_id, display }) => {
      const slugs = slugsOf(column_id, shaped)
      const own = localize(display, language) ?? column_id
      return slugs.map(({ slug, header }) => ({
        name: slugs.length === 1 && slug === column_id ? own : header,
        values: shaped.rows.map((row) => numberIn(row, slug)),
      }))
    }),
  }
}

function dataOf(
  chart: Chart,
  shaped: ShapedReport,
  language: string,
): Pick<ChartData, 'categories' | 'series'> {
  switch (chart.type) {
    case 'pie': {
      const by = chart.aggregation_column ?? chart.value_column
      // No column is called "", so all rows are of one series.
      const { categories, series } = pivot(shaped.rows, [by, '', chart.value_column])
      return { categories, series: series.map(({ values }) => ({ name: chart.value_column, values })) }
    }
    case 'multibar':
      return multibar(chart, shaped, language)
    case 'multibar-aggregate':
      return pivot(shaped.rows, [chart.primary_aggregation, chart.secondary_aggregation, chart.value_column])
  }
}

/** @param shaped the report's rows as shown; a share like `67%` is drawn as 67. */
export function chartData(chart: Chart, shaped: ShapedReport, language: string): ChartData {
  return {
    chart_id: chart.chart_id,
    type: chart.type,
    title: localize(chart.title, language) ?? '',
    ...dataOf(chart, shaped, language),
    isStacked: chart.type === 'multibar' && chart.is_stacked,
  }
}
