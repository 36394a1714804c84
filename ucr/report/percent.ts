/**
 * Percentages. The ratio is rounded to three digits first, so 1/3 is 33.3 of a hundred and shows as 33%.
 * Source: reference §6.13, `percent`.
 */
import { roundFloat } from '../evaluator/round.ts'
import { formatNumber } from '../transform/format-spec.ts'
import type { PercentFormat } from '../tree/report-column.ts'
import { toDouble } from '../value/float.ts'
import { toText } from '../value/text.ts'
import { floatOf, isTruthy } from '../value/value.ts'
import type { Value } from '../value/value.ts'

const NO_DATA = '--'
const NOT_COMPUTABLE = '?'

function ratioOf(numerator: Value, denominator: Value): number | string {
  if (!isTruthy(denominator)) return NO_DATA
  const [num, denom] = [toDouble(numerator), toDouble(denominator)]
  if (num === null || denom === null || denom === 0) return NOT_COMPUTABLE
  return roundFloat(num / denom, 3)
}

/** `67%` for 0.67, halves to even. */
export const asPercent = (ratio: number): string =>
  formatNumber('{0:.0f}%', floatOf(ratio * 100)) ?? NOT_COMPUTABLE

export function formatPercent(numerator: Value, denominator: Value, format: PercentFormat): Value {
  const ratio = ratioOf(numerator, denominator)
  const percent = typeof ratio === 'string' ? ratio : asPercent(ratio)
  const fraction = `${toText(numerator)}/${toText(denominator)}`
  switch (format) {
    case 'percent':
      return percent
    case 'numeric_percent':
      return typeof ratio === 'string' ? ratio : Math.trunc(ratio * 100)
    case 'decimal':
      return typeof ratio === 'string' ? ratio : floatOf(ratio)
    case 'fraction':
      return fraction
    case 'both':
      return `${percent} (${fraction})`
  }
}
