/**
 * Exact decimal numbers as the configurations' server computes them: 28 digits, halves to the even digit. Exponents stay within ±1,000, so
 * that no text in a document can ask for a million zeros; infinities and "not a number" are no decimals here (Differs).
 */
import { decimalOf } from './value.ts'
import type { DecimalValue } from './value.ts'

const PRECISION = 28
const EXPONENT_MAX = 1_000
const DIGITS_MAX = 1_000

const power = (exponent: number): bigint => 10n ** BigInt(exponent)
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)
const countDigits = (value: bigint): number => magnitude(value).toString().length

/** A decimal within the bounds, or null. */
export function boundedDecimal(coefficient: bigint, exponent: number): DecimalValue | null {
  if (exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX) return null
  return countDigits(coefficient) > DIGITS_MAX + PRECISION ? null : decimalOf(coefficient, exponent)
}

/** Divides, halves to the even neighbour. */
function divideHalfEven(numerator: bigint, divisor: bigint): bigint {
  const quotient = numerator / divisor
  const twice = magnitude(numerator % divisor) * 2n
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient
  return numerator < 0n ? quotient - 1n : quotient + 1n
}

/** The decimal with the given exponent, digits cut with halves to even. */
export function quantize(value: DecimalValue, exponent: number): DecimalValue | null {
  const shift = value.exponent - exponent
  if (shift >= 0)
    return boundedDecimal(value.coefficient * power(Math.min(shift, 3 * EXPONENT_MAX)), exponent)
  return boundedDecimal(divideHalfEven(value.coefficient, power(-shift)), exponent)
}

function toPrecision(coefficient: bigint, exponent: number): DecimalValue | null {
  const excess = countDigits(coefficient) - PRECISION
  if (excess <= 0) return boundedDecimal(coefficient, exponent)
  const rounded = divideHalfEven(coefficient, power(excess))
  // 99…9 rounds up to one digit more.
  return countDigits(rounded) > PRECISION
    ? boundedDecimal(rounded / 10n, exponent + excess + 1)
    : boundedDecimal(rounded, exponent + excess)
}

function align(a: DecimalValue, b: DecimalValue): readonly [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  return [
    a.coefficient * power(a.exponent - exponent),
    b.coefficient * power(b.exponent - exponent),
    exponent,
  ]
}

export function addDecimals(a: DecimalValue, b: DecimalValue): DecimalValue | null {
  const [left, right, exponent] = align(a, b)
  return toPrecision(left + right, exponent)
}

export function negateDecimal(value: DecimalValue): DecimalValue {
  return decimalOf(-value.coefficient, value.exponent)
}

export function multiplyDecimals(a: DecimalValue, b: DecimalValue): DecimalValue | null {
  return toPrecision(a.coefficient * b.coefficient, a.exponent + b.exponent)
}

/** The quotient to 28 digits; an exact one keeps as few zeros as its operands allow. Null for division by zero. */
export function divideDecimals(a: DecimalValue, b: DecimalValue): DecimalValue | null {
  if (b.coefficient === 0n) return null
  const ideal = a.exponent - b.exponent
  if (a.coefficient === 0n) return boundedDecimal(0n, ideal)
  const shift = countDigits(b.coefficient) - countDigits(a.coefficient) + PRECISION + 1
  const numerator = shift >= 0 ? a.coefficient * power(shift) : a.coefficient
  const divisor = shift >= 0 ? b.coefficient : b.coefficient * power(-shift)
  let quotient = numerator / divisor
  let exponent = ideal - shift
  // A digit that says "more follows" keeps a later half from looking exact.
  if (numerator % divisor !== 0n) {
    if (quotient % 5n === 0n) quotient += numerator < 0n === divisor < 0n ? 1n : -1n
  } else
    while (exponent < ideal && quotient % 10n === 0n) {
      quotient /= 10n
      exponent += 1
    }
  return toPrecision(quotient, exponent)
}

/** Quotient cut towards zero, and the remainder with the sign of the dividend. Null for division by zero or a quotient of 29 digits. */
export function divideWithRemainder(
  a: DecimalValue,
  b: DecimalValue,
): { readonly quotient: DecimalValue; readonly remainder: DecimalValue } | null {
  if (b.coefficient === 0n) return null
  const [left, right, exponent] = align(a, b)
  const quotient = left / right
  const remainder = toPrecision(left % right, exponent)
  if (countDigits(quotient) > PRECISION || remainder === null) return null
  return { quotient: decimalOf(quotient, 0), remainder }
}

/** Negative, zero or positive. */
export function compareDecimals(a: DecimalValue, b: DecimalValue): number {
  const [left, right] = align(a, b)
  return left < right ? -1 : left > right ? 1 : 0
}

/** The exact value of a double, often some fifty digits. Null for infinities and "not a number". */
export function exactDecimal(float: number): DecimalValue | null {
  if (!Number.isFinite(float)) return null
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, float)
  const raw = bits.getBigUint64(0)
  const biased = Number((raw >> 52n) & 0x7ffn)
  const fraction = raw & 0xfffffffffffffn
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
  const exponent = (biased === 0 ? 1 : biased) - 1075
  const signed = raw >> 63n === 1n ? -mantissa : mantissa
  if (signed === 0n) return decimalOf(0n, 0)
  if (exponent >= 0) return decimalOf(signed << BigInt(exponent), 0)
  let twos = -exponent
  let coefficient = signed
  while (twos > 0 && coefficient % 2n === 0n) {
    coefficient /= 2n
    twos -= 1
  }
  return boundedDecimal(coefficient * 5n ** BigInt(twos), -twos)
}

/** The nearest double. */
export function decimalToNumber(value: DecimalValue): number {
  return Number(`${value.coefficient}e${value.exponent}`)
}

/** The integer part, cut towards zero. */
export function truncateDecimal(value: DecimalValue): bigint {
  return value.exponent >= 0
    ? value.coefficient * power(value.exponent)
    : value.coefficient / power(-value.exponent)
}

/** Plain digits, or scientific when the number is very small or ends in zeros that are not digits of it. */
export function formatDecimal({ coefficient, exponent }: DecimalValue): string {
  const digits = magnitude(coefficient).toString()
  const sign = coefficient < 0n ? '-' : ''
  const left = exponent + digits.length
  if (exponent > 0 || left <= -6) {
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : ''
    return `${sign}${digits[0]}${rest}E${left - 1 >= 0 ? '+' : ''}${left - 1}`
  }
  if (exponent === 0) return sign + digits
  return left <= 0
    ? `${sign}0.${'0'.repeat(-left)}${digits}`
    : `${sign}${digits.slice(0, left)}.${digits.slice(left)}`
}
