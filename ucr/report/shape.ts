/**
 * From the engine's rows to the report: columns, formats, transforms, expressions on the finished row, shares of a total, the row of totals.
 * Source: reference §6.13, §6.15.
 */
import type { Fault } from '../parse/fault.ts'
import type { Interpreter } from '../interpret/interpreter.ts'
import type { Row } from '../interpret/rows.ts'
import type { TransformContext } from '../transform/transform.ts'
import type { Report } from '../tree/report.ts'
import { toDouble } from '../value/float.ts'
import { member } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import { shownCell, shownColumns } from './cells.ts'
import type { ShownColumn } from './cells.ts'
import { asPercent } from './percent.ts'
import type { Expansions } from './query.ts'
import { totalsOf } from './totals.ts'

export interface ReportHeader {
  readonly slug: string
  readonly column_id: string
  readonly header: string
  readonly sortable: boolean
  readonly visible: boolean
}

export interface ShapedReport {
  readonly headers: readonly ReportHeader[]
  /** Values by slug. */
  readonly rows: readonly Row[]
  /** In the order of the headers; null without any total. */
  readonly totals: readonly Value[] | null
  readonly faults: readonly Fault[]
  /** Columns that have more distinct values than they show. */
  readonly truncated: readonly string[]
}

export interface ShapeContext {
  readonly interpreter: Pick<Interpreter, 'evaluate'>
  readonly transforms: TransformContext
  readonly expansions: Expansions
}

/** A field shown as its share of the column's sum, `67%`; no sum, or no number, is `--`. */
function withShares(shown: readonly ShownColumn[], rows: readonly Row[]): readonly Row[] {
  const shared = shown.filter(({ column }) => column.type === 'field' && column.format === 'percent_of_total')
  const sums = new Map(
    shared.map(({ slug }) => [slug, rows.reduce((sum, row) => sum + (toDouble(member(row, slug)) ?? 0), 0)]),
  )
  return rows.map((row) => {
    const shares = shared.map(({ slug }) => {
      const [value, sum] = [toDouble(member(row, slug)), sums.get(slug) ?? 0]
      return [slug, value === null || sum === 0 ? '--' : asPercent(value / sum)] as const
    })
    return { ...row, ...Object.fromEntries(shares) }
  })
}

/** Expressions see the row as it is shown, each also those before it. */
function withExpressions(shown: readonly ShownColumn[], row: Row, { interpreter }: ShapeContext): Row {
  return shown.reduce<Row>(
    (done, { slug, column }) =>
      column.type === 'expression'
        ? { ...done, [slug]: interpreter.evaluate(column.expression, done, { root: done }) }
        : done,
    row,
  )
}

/**
 * @param rows by the aliases of the query; for totals and shares all rows, not one page.
 * Source: reference §6.13.
 */
export function shapeReport(report: Report, rows: readonly Row[], context: ShapeContext): ShapedReport {
  const { transforms, expansions } = context
  const shown = shownColumns(report.columns, expansions, transforms.language)
  const cells = rows.map((row) =>
    Object.fromEntries(shown.map((each) => [each.slug, shownCell(each, row, transforms)])),
  )
  const finished = withShares(shown, cells).map((row) => withExpressions(shown, row, context))
  const totals = totalsOf(shown, rows)
  return {
    headers: shown.map(({ slug, header, column }) => ({
      slug,
      column_id: column.column_id,
      header,
      sortable: column.sortable,
      visible: column.visible,
    })),
    rows: finished,
    totals: totals.row,
    faults: totals.faults,
    truncated: report.columns
      .filter(
        (column) =>
          column.type === 'expanded' &&
          (expansions.get(column.column_id)?.length ?? 0) > column.max_expansion,
      )
      .map(({ column_id }) => column_id),
  }
}
