/**
 * A report against its data source: every column it names must be there, and what is shown as it is must be grouped by.
 * Source: reference §6.12.
 */
import { createFault } from '../parse/fault.ts'
import type { Fault, Path } from '../parse/fault.ts'
import { nearest } from '../parse/nearest.ts'
import { columnNotGrouped, columnUnknown } from '../problems.ts'
import type { DataSource } from '../tree/data-source.ts'
import type { Chart, Report } from '../tree/report.ts'
import type { ReportFilter } from '../tree/report-filter.ts'
import { fieldsOf, isPlain } from './columns.ts'

type Named = readonly [Path, string]

function unknownIn(names: readonly Named[], allowed: readonly string[]): readonly Fault[] {
  return names
    .filter(([, name]) => !allowed.includes(name))
    .map(([path, found]) =>
      createFault(path, {
        kind: columnUnknown,
        found,
        allowed: allowed.join(', '),
        meant: nearest(found, allowed),
      }),
    )
}

function fieldsOfFilter(filter: ReportFilter, path: Path): readonly Named[] {
  const own: Named = [[...path, 'field'], filter.field]
  if (filter.type === 'multi_field_dynamic_choice_list')
    return filter.fields.map((field, index) => [[...path, 'fields', index], field])
  const ancestor =
    filter.type === 'dynamic_choice_list' || filter.type === 'location_drilldown'
      ? filter.ancestor_expression
      : null
  return ancestor === null ? [own] : [own, [[...path, 'ancestor_expression', 'field'], ancestor.field]]
}

function columnsOfChart(chart: Chart, path: Path): readonly Named[] {
  const maybe = (key: string, id: string | null): readonly Named[] =>
    id === null ? [] : [[[...path, key], id]]
  switch (chart.type) {
    case 'pie':
      return [
        ...maybe('aggregation_column', chart.aggregation_column),
        ...maybe('value_column', chart.value_column),
      ]
    case 'multibar':
      return [
        ...maybe('x_axis_column', chart.x_axis_column),
        ...maybe('aggregation_column', chart.aggregation_column),
        ...chart.y_axis_columns.map(({ column_id }, index): Named => [
          [...path, 'y_axis_columns', index, 'column_id'],
          column_id,
        ]),
      ]
    case 'multibar-aggregate':
      return [
        ...maybe('primary_aggregation', chart.primary_aggregation),
        ...maybe('secondary_aggregation', chart.secondary_aggregation),
        ...maybe('value_column', chart.value_column),
      ]
  }
}

/** Fields that are grouped by: an aggregation column is a column of the report, or of the data source. */
export function groupedFields(report: Report): readonly string[] {
  return report.aggregation_columns.flatMap((id) => {
    const column = report.columns.find(({ column_id }) => column_id === id)
    return column === undefined ? [id] : fieldsOf(column).map(([, field]) => field)
  })
}

function notGrouped(report: Report): readonly Fault[] {
  const grouped = groupedFields(report)
  // A group of one row each: everything in it is as it is.
  if (grouped.includes('doc_id')) return []
  return report.columns.flatMap((column, index): readonly Fault[] => {
    const [first] = fieldsOf(column)
    if (!isPlain(column) || first === undefined || grouped.includes(first[1])) return []
    const allowed = 'add it to aggregation_columns, or aggregate it'
    return [createFault(['columns', index, 'field'], { kind: columnNotGrouped, found: first[1], allowed })]
  })
}

/** Everything in a report that its data source cannot give; empty when they fit together. */
export function validateReport(report: Report, source: DataSource): readonly Fault[] {
  const stored = source.columns.map(({ id }) => id)
  const shown = report.columns.map(({ column_id }) => column_id)
  const fields = report.columns.flatMap((column, index) =>
    fieldsOf(column).map(([keys, field]): Named => [['columns', index, ...keys], field]),
  )
  const filters = report.filters.flatMap((filter, index) => fieldsOfFilter(filter, ['filters', index]))
  const distinct = report.distinct_on.map((id, index): Named => [['distinct_on', index], id])
  const either: readonly Named[] = [
    ...report.aggregation_columns.map((id, index): Named => [['aggregation_columns', index], id]),
    ...report.sort_expression.map(({ field }, index): Named => [['sort_expression', index, 'field'], field]),
  ]
  return [
    ...unknownIn([...fields, ...filters, ...distinct], stored),
    ...unknownIn(either, [...shown, ...stored]),
    ...notGrouped(report),
  ]
}

/** The columns that charts name; they are the report's own, so no data source is needed. */
export function checkCharts(report: Report): readonly Fault[] {
  const shown = report.columns.map(({ column_id }) => column_id)
  const named = report.configured_charts.flatMap((chart, index) =>
    columnsOfChart(chart, ['configured_charts', index]),
  )
  return unknownIn(named, shown)
}
