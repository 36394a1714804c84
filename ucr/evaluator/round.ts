/** Rounding, halves to the even neighbour, on the exact value of the number: 2.675 to two digits is 2.67. */
import { toDecimal } from '../value/cast.ts'
import { decimalToNumber, quantize, truncateDecimal } from '../value/decimal.ts'
import { floatOf, integerOf, kindOf } from '../value/value.ts'
import type { DecimalValue, Value } from '../value/value.ts'
import { FAILED } from './arithmetic.ts'
import type { Result } from './arithmetic.ts'

const DIGITS_MAX = 400

/** `round(value)` gives a whole number, `round(value, digits)` a number of the same kind. */
export function round(value: Value, digits: Value): Result {
  const kind = kindOf(value)
  const exact = kind === 'string' ? null : toDecimal(value)
  if (exact === null) return FAILED
  if (digits === null) return wholeOf(quantize(exact, 0))
  if (kindOf(digits) !== 'integer') return FAILED
  const places = Number(digits)
  if (Math.abs(places) > DIGITS_MAX) return places < 0 ? wholeOrFloat(kind, 0) : value
  if (places >= 0 && (kind === 'integer' || kind === 'boolean')) return wholeOf(exact)
  const rounded = quantize(exact, -places)
  if (rounded === null) return FAILED
  if (kind === 'decimal') return rounded
  return kind === 'float' ? floatOf(decimalToNumber(rounded)) : wholeOf(rounded)
}

const wholeOrFloat = (kind: string, value: number): Value => (kind === 'float' ? floatOf(value) : value)

function wholeOf(value: DecimalValue | null): Result {
  return value === null ? FAILED : integerOf(truncateDecimal(value))
}

/** Rounds a float to so many digits; for reports' percentages. */
export function roundFloat(value: number, digits: number): number {
  const exact = toDecimal(floatOf(value))
  const rounded = exact === null ? null : quantize(exact, -digits)
  return rounded === null ? value : decimalToNumber(rounded)
}
