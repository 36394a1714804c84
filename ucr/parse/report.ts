/**
 * Reading a report: its shape, and what it must be in itself. Whether its data source has the columns is `validateReport`'s to say.
 * Source: reference §6.12–§6.16.
 */
import { z } from 'zod'
import { checkCharts } from '../report/validate.ts'
import { queryAliasesOf } from '../report/columns.ts'
import { columnDuplicate, columnNotSortable, columnRestricted, slugDuplicate } from '../problems.ts'
import type { Report } from '../tree/report.ts'
import { chart } from './chart.ts'
import { createFault } from './fault.ts'
import type { Fault, FaultKind, Parsed } from './fault.ts'
import { checkNames } from './names.ts'
import { readWhole } from './read.ts'
import { reportColumn } from './report-column.ts'
import { reportFilter } from './report-filter.ts'
import { choice, flag, listOf, or, text } from './schema.ts'
import { localized } from './transform.ts'

const sortRule = z.object({ field: text, order: or(choice(['ASC', 'DESC']), 'ASC') })

const Spec: z.ZodObject & z.ZodType<Report> = z.object({
  domain: text,
  config_id: text,
  title: or(localized, ''),
  description: or(localized, ''),
  visible: flag(true),
  aggregation_columns: or(listOf(text), ['doc_id']),
  filters: or(listOf(reportFilter), []),
  columns: or(listOf(reportColumn), []),
  sort_expression: or(listOf(sortRule), []),
  distinct_on: or(listOf(text), []),
  configured_charts: or(listOf(chart), []),
  report_meta: or(z.record(z.string(), z.unknown()), {}),
})

interface Repeated {
  readonly key: 'columns' | 'filters'
  readonly id: 'column_id' | 'slug'
  readonly kind: FaultKind
}

function checkRepeats(ids: readonly string[], { key, id, kind }: Repeated): readonly Fault[] {
  return ids.flatMap((found, index) =>
    ids.indexOf(found) === index
      ? []
      : [createFault([key, index, id], { kind, found, allowed: `each has a ${id} of its own` })],
  )
}

function checkSorting(report: Report): readonly Fault[] {
  return report.sort_expression.flatMap(({ field }, index) => {
    const column = report.columns.find(({ column_id }) => column_id === field)
    if (column === undefined || queryAliasesOf(column).length > 0) return []
    const allowed = 'sort by a column that is not computed from the finished row or from expanded values'
    return [
      createFault(['sort_expression', index, 'field'], { kind: columnNotSortable, found: field, allowed }),
    ]
  })
}

/** Conditions in SQL come only with the program, never from a person. */
function checkRestricted(report: Report): readonly Fault[] {
  const restricted = ['conditional_aggregation', 'sum_when', 'sum_when_template']
  return report.columns.flatMap(({ type }, index) =>
    restricted.includes(type)
      ? [
          createFault(['columns', index, 'type'], {
            kind: columnRestricted,
            found: type,
            allowed: 'use an indicator with a filter and sum it, or integer_buckets',
          }),
        ]
      : [],
  )
}

interface ReportOptions {
  /** True for configurations that come with the program: they may carry SQL conditions. */
  readonly isStatic?: boolean
}

/**
 * A report, or everything that is wrong with it in itself.
 * Source: reference §6.12.
 */
export function parseReport(raw: unknown, { isStatic = false }: ReportOptions = {}): Parsed<Report> {
  return readWhole<Report>(Spec, raw, {
    keys: Object.keys(Spec.shape),
    check: (report) => [
      ...checkRepeats(
        report.columns.map(({ column_id }) => column_id),
        { key: 'columns', id: 'column_id', kind: columnDuplicate },
      ),
      ...checkRepeats(
        report.filters.map(({ slug }) => slug),
        { key: 'filters', id: 'slug', kind: slugDuplicate },
      ),
      ...checkSorting(report),
      ...checkCharts(report),
      ...(isStatic ? [] : checkRestricted(report)),
      ...report.columns.flatMap((column, index) =>
        column.type === 'expression'
          ? checkNames({ expressions: {}, filters: {} }, [
              { kind: 'expression', node: column.expression, path: ['columns', index, 'expression'] },
            ])
          : [],
      ),
    ],
  })
}
