/**
 * The operators of a statement. What has no meaning (text plus number, division by zero, a decimal with a float) is `FAILED`, which makes
 * the whole statement null. Sizes are bounded: integers to 4,300 digits, texts and lists to 100,000 members.
 */
import { floatIn } from '../value/compare.ts'
import { MICROS_A_DAY } from '../value/calendar.ts'
import {
  addDecimals,
  divideDecimals,
  divideWithRemainder,
  multiplyDecimals,
  negateDecimal,
} from '../value/decimal.ts'
import { toDecimal, toInteger } from '../value/cast.ts'
import { dateOf, datetimeOf, durationOf, floatOf, integerOf, isList, kindOf } from '../value/value.ts'
import type { DateTimeValue, DateValue, DurationValue, Value, ValueKind } from '../value/value.ts'
import type { BinaryOperator } from '../tree/statement.ts'

export const FAILED: unique symbol = Symbol('ucr.failed')
export type Result = Value | typeof FAILED

const SIZE_MAX = 100_000
const INTEGER_MAX = 10n ** 4_300n
const DURATION_DAYS_MAX = 999_999_999

const orFailed = (value: Value | null): Result => value ?? FAILED

function boundedInteger(value: bigint): Result {
  return value > INTEGER_MAX || value < -INTEGER_MAX ? FAILED : integerOf(value)
}

function integers(operator: BinaryOperator, a: bigint, b: bigint): Result {
  if (b === 0n && (operator === '/' || operator === '//' || operator === '%')) return FAILED
  const remainder = b === 0n ? 0n : ((a % b) + b) % b
  switch (operator) {
    case '+':
      return boundedInteger(a + b)
    case '-':
      return boundedInteger(a - b)
    case '*':
      return boundedInteger(a * b)
    case '/':
      return floatOf(Number(a) / Number(b))
    case '//':
      return boundedInteger((a - remainder) / b)
    case '%':
      return boundedInteger(remainder)
  }
}

function floats(operator: BinaryOperator, a: number, b: number): Result {
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) return FAILED
  const rest = a % b
  const remainder = rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
  switch (operator) {
    case '+':
      return floatOf(a + b)
    case '-':
      return floatOf(a - b)
    case '*':
      return floatOf(a * b)
    case '/':
      return floatOf(a / b)
    case '//':
      return floatOf(Math.round((a - remainder) / b))
    case '%':
      return floatOf(remainder)
  }
}

function decimals(operator: BinaryOperator, left: Value, right: Value): Result {
  const [a, b] = [toDecimal(left), toDecimal(right)]
  if (a === null || b === null) return FAILED
  switch (operator) {
    case '+':
      return orFailed(addDecimals(a, b))
    case '-':
      return orFailed(addDecimals(a, negateDecimal(b)))
    case '*':
      return orFailed(multiplyDecimals(a, b))
    case '/':
      return orFailed(divideDecimals(a, b))
    case '//':
      return orFailed(divideWithRemainder(a, b)?.quotient ?? null)
    case '%':
      return orFailed(divideWithRemainder(a, b)?.remainder ?? null)
  }
}

const isWhole = (kind: ValueKind): boolean => kind === 'integer' || kind === 'boolean'
const isNumber = (kind: ValueKind): boolean => isWhole(kind) || kind === 'float' || kind === 'decimal'
const toBigInt = (value: Value): bigint => BigInt(toInteger(value) ?? 0)
/** A number of any kind but decimal, as a double. */
const toFloat = (value: Value): number =>
  kindOf(value) === 'float' ? floatIn(value) : Number(toBigInt(value))

function numbers(operator: BinaryOperator, a: Value, b: Value): Result {
  const kinds = [kindOf(a), kindOf(b)]
  if (kinds.includes('decimal')) return kinds.includes('float') ? FAILED : decimals(operator, a, b)
  return kinds.includes('float')
    ? floats(operator, toFloat(a), toFloat(b))
    : integers(operator, toBigInt(a), toBigInt(b))
}

const microsOf = (span: { readonly days: number; readonly micros: number }): bigint =>
  BigInt(span.days) * BigInt(MICROS_A_DAY) + BigInt(span.micros)

function split(micros: bigint): readonly [number, number] {
  const day = BigInt(MICROS_A_DAY)
  const rest = ((micros % day) + day) % day
  return [Number((micros - rest) / day), Number(rest)]
}

/** A duration of so many microseconds, or `FAILED` beyond a billion days. */
function toDuration(micros: bigint): Result {
  const [days, rest] = split(micros)
  return Math.abs(days) > DURATION_DAYS_MAX ? FAILED : durationOf(days, rest)
}

function durations(operator: BinaryOperator, a: Value, b: Value): Result {
  const [left, right] = [kindOf(a), kindOf(b)]
  if (left === 'duration' && right === 'duration') {
    const [x, y] = [microsOf(a as DurationValue), microsOf(b as DurationValue)]
    if (operator === '+') return toDuration(x + y)
    if (operator === '-') return toDuration(x - y)
    return operator === '*' ? FAILED : integers(operator, x, y)
  }
  const [duration, factor] = left === 'duration' ? [a, b] : [b, a]
  const micros = microsOf(duration as DurationValue)
  if (operator === '*' && isWhole(kindOf(factor))) return toDuration(micros * toBigInt(factor))
  if (left !== 'duration' || !isWhole(right)) return FAILED
  const quotient = operator === '//' || operator === '/' ? integers('//', micros, toBigInt(factor)) : FAILED
  return quotient === FAILED ? FAILED : toDuration(toBigInt(quotient))
}

function dates(operator: BinaryOperator, a: Value, b: Value): Result {
  const [left, right] = [kindOf(a), kindOf(b)]
  if (operator === '-' && left === right) {
    if (left === 'date') return durationOf((a as DateValue).days - (b as DateValue).days, 0)
    return toDuration(microsOf(a as DateTimeValue) - microsOf(b as DateTimeValue))
  }
  const [moment, duration] = left === 'duration' ? [b, a] : [a, b]
  if (kindOf(duration) !== 'duration' || (operator !== '+' && (operator !== '-' || left === 'duration')))
    return FAILED
  const sign = operator === '-' ? -1n : 1n
  const shift = duration as DurationValue
  if (kindOf(moment) === 'date')
    return orFailed(dateOf((moment as DateValue).days + Number(sign) * shift.days))
  const [days, micros] = split(microsOf(moment as DateTimeValue) + sign * microsOf(shift))
  return orFailed(datetimeOf(days, micros))
}

function sequences(operator: BinaryOperator, a: Value, b: Value): Result {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string')
    return a.length + b.length > SIZE_MAX ? FAILED : a + b
  if (operator === '+' && isList(a) && isList(b))
    return a.length + b.length > SIZE_MAX ? FAILED : [...a, ...b]
  const [sequence, times] = typeof a === 'string' || isList(a) ? [a, b] : [b, a]
  if (operator !== '*' || !isWhole(kindOf(times))) return FAILED
  const count = Math.max(0, Number(toBigInt(times)))
  if (typeof sequence === 'string')
    return sequence.length * count > SIZE_MAX ? FAILED : sequence.repeat(count)
  if (!isList(sequence) || sequence.length * count > SIZE_MAX) return FAILED
  return Array.from({ length: sequence.length === 0 ? 0 : count }, () => sequence).flat()
}

/** `a operator b`, or `FAILED`. */
export function operate(operator: BinaryOperator, a: Value, b: Value): Result {
  const kinds = [kindOf(a), kindOf(b)]
  if (kinds.every(isNumber)) return numbers(operator, a, b)
  if (kinds.includes('date') || kinds.includes('datetime')) return dates(operator, a, b)
  if (kinds.includes('duration')) return durations(operator, a, b)
  return sequences(operator, a, b)
}

/** `-value`, or `FAILED`. */
export function negate(value: Value): Result {
  const kind = kindOf(value)
  if (kind === 'duration') return toDuration(-microsOf(value as DurationValue))
  return isNumber(kind) ? operate('*', value, -1) : FAILED
}

/** The seconds of a duration. */
export function secondsOf(duration: DurationValue): Value {
  return floatOf(Number(microsOf(duration)) / 1_000_000)
}
