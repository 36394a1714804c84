/** Equality and order of values. Numbers of all kinds compare with each other, exactly; most other mixtures have no order. */
import { compareDecimals, exactDecimal } from './decimal.ts'
import { decimalOf, isList, kindOf, TAG } from './value.ts'
import type { DecimalValue, DictValue, FloatValue, Value } from './value.ts'

const DEPTH_MAX = 200

interface Span {
  readonly days: number
  readonly micros?: number
}

const isNumeric = (value: Value): boolean =>
  ['boolean', 'integer', 'float', 'decimal'].includes(kindOf(value))

/** The float behind a float value; NaN for what is none. */
export function floatIn(value: Value): number {
  if (typeof value === 'number') return value
  return value !== null && typeof value === 'object' && TAG in value && value[TAG] === 'float'
    ? (value as FloatValue).float
    : Number.NaN
}

function toExact(value: Value): DecimalValue | null {
  if (typeof value === 'boolean') return decimalOf(value ? 1n : 0n, 0)
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)))
    return decimalOf(BigInt(value), 0)
  return kindOf(value) === 'decimal' ? (value as DecimalValue) : exactDecimal(floatIn(value))
}

function compareNumbers(a: Value, b: Value): number | undefined {
  const [left, right] = [toExact(a), toExact(b)]
  if (left !== null && right !== null) return compareDecimals(left, right)
  const toNumber = (value: Value, exact: DecimalValue | null): number => (exact === null ? floatIn(value) : 0)
  const [x, y] = [toNumber(a, left), toNumber(b, right)]
  // Not a number has no order, not even with itself.
  return Number.isNaN(x) || Number.isNaN(y) ? undefined : Math.sign(x - y) || 0
}

/** By code point, as the server orders text; JavaScript's own order is by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff
    if (isHigh(x) !== isHigh(y)) return isHigh(x) ? 1 : -1
    return x < y ? -1 : 1
  }
  return a.length < b.length ? -1 : 1
}

function compareLists(a: readonly Value[], b: readonly Value[], depth: number): number | undefined {
  for (const [index, item] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (!equals(item, other, depth + 1)) return order(item, other, depth + 1)
  }
  return a.length < b.length ? -1 : 0
}

function order(a: Value, b: Value, depth: number): number | undefined {
  if (depth > DEPTH_MAX) return undefined
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b)
  const kind = kindOf(a)
  if (kind !== kindOf(b)) return undefined
  if (isList(a) && isList(b)) return compareLists(a, b, depth)
  if (kind !== 'date' && kind !== 'datetime' && kind !== 'duration') return undefined
  // A date has no microseconds; the kinds are equal, so both have them or neither.
  const [left, right] = [a as unknown as Span, b as unknown as Span]
  return Math.sign(left.days - right.days || (left.micros ?? 0) - (right.micros ?? 0))
}

/** -1, 0 or 1; undefined where the two have no order (text and number, date and datetime, null, objects). */
export function compare(a: Value, b: Value): number | undefined {
  return order(a, b, 0)
}

function equalDicts(a: DictValue, b: DictValue, depth: number): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => {
    const [left, right] = [a[key], b[key]]
    return (
      Object.hasOwn(b, key) && left !== undefined && right !== undefined && equals(left, right, depth + 1)
    )
  })
}

/** `1` equals `1.0` and true; a date never equals a datetime or a text; lists and objects by their content. */
export function equals(a: Value, b: Value, depth = 0): boolean {
  if (a === b) return true
  if (depth > DEPTH_MAX || a === null || b === null) return false
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((item, index) => equals(item, b[index] ?? null, depth + 1))
  if (kindOf(a) === 'dict' && kindOf(b) === 'dict') return equalDicts(a as DictValue, b as DictValue, depth)
  return !isList(a) && order(a, b, depth) === 0
}
