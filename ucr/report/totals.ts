/**
 * The row of totals: sums of what the engine brought back, percentages of the sums.
 * Source: reference §6.13.
 */
import { FAILED, operate } from '../evaluator/arithmetic.ts'
import type { Result } from '../evaluator/arithmetic.ts'
import { createFault } from '../parse/fault.ts'
import type { Fault } from '../parse/fault.ts'
import { totalNotNumeric } from '../problems.ts'
import type { Row } from '../interpret/rows.ts'
import { kindOf, member } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import type { ShownColumn } from './cells.ts'
import { denominatorAlias, numeratorAlias } from './columns.ts'
import { formatPercent } from './percent.ts'

const TOTAL = 'Total'

/** The sum of one alias over all rows; null counts nothing. `FAILED` when a row has something that is no number. */
function sumOf(rows: readonly Row[], alias: string): Result {
  let total: Value = 0
  for (const row of rows) {
    const value = member(row, alias)
    if (value === null) continue
    const isNumber = ['boolean', 'integer', 'float', 'decimal'].includes(kindOf(value))
    const next: Result = isNumber ? operate('+', total, value) : FAILED
    if (next === FAILED) return FAILED
    total = next
  }
  return total
}

function totalOf({ slug, column }: ShownColumn, rows: readonly Row[]): Result {
  if (column.type !== 'percent') return sumOf(rows, slug)
  const num = sumOf(rows, numeratorAlias(column.column_id))
  const denom = sumOf(rows, denominatorAlias(column.column_id))
  return num === FAILED || denom === FAILED ? FAILED : formatPercent(num, denom, column.format)
}

export interface Totals {
  /** In the order of the columns shown; null when no column has a total. */
  readonly row: readonly Value[] | null
  readonly faults: readonly Fault[]
}

/** @param rows what the engine brought back, all of it and not one page. */
export function totalsOf(shown: readonly ShownColumn[], rows: readonly Row[]): Totals {
  const isTotalled = ({ column }: ShownColumn): boolean =>
    column.calculate_total && column.type !== 'expression'
  if (!shown.some(isTotalled)) return { row: null, faults: [] }
  const sums = shown.map((each) => (isTotalled(each) ? totalOf(each, rows) : ''))
  const faults = shown.flatMap(({ slug }, index) =>
    sums[index] === FAILED
      ? [
          createFault([slug], {
            kind: totalNotNumeric,
            found: 'a value that is no number',
            allowed: 'numbers in every row',
          }),
        ]
      : [],
  )
  const row = sums.map((sum, index): Value => (sum === FAILED ? '' : index === 0 && sum === '' ? TOTAL : sum))
  return { row, faults }
}
