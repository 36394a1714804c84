/** Numbers as text, read and written the way the configurations' server does it. */
import { boundedDecimal } from './decimal.ts'
import type { DecimalValue } from './value.ts'

/** White space that is trimmed around numbers and parts words. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const TRIM = new RegExp(`^${SPACE}+|${SPACE}+$`, 'gu')
const SPACES = new RegExp(`${SPACE}+`, 'u')
const INTEGER = /^[+-]?\d+(?:_\d+)*$/
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/
const INFINITE = /^([+-]?)(?:inf|infinity)$/i
const DIGITS_MAX = 4_300

export const trim = (text: string): string => text.replace(TRIM, '')

/** The words of a text, parted by any white space. */
export function splitWords(text: string): readonly string[] {
  const trimmed = trim(text)
  return trimmed === '' ? [] : trimmed.split(SPACES)
}

/** A whole number, or null. Underscores between digits are allowed; more than 4,300 digits are not. */
export function readInteger(text: string): bigint | null {
  const trimmed = trim(text)
  if (trimmed.length > DIGITS_MAX || !INTEGER.test(trimmed)) return null
  return BigInt(trimmed.replaceAll('_', '').replace('+', ''))
}

/** A double, or null; `inf` and `nan` count as numbers. */
export function readFloat(text: string): number | null {
  const trimmed = trim(text)
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll('_', ''))
  const infinite = INFINITE.exec(trimmed)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  return /^[+-]?nan$/i.test(trimmed) ? Number.NaN : null
}

/** An exact decimal, or null. */
export function readDecimal(text: string): DecimalValue | null {
  const trimmed = trim(text).replaceAll('_', '')
  if (trimmed.length > DIGITS_MAX || !FLOAT.test(trimmed)) return null
  const [mantissa = '', exponent = '0'] = trimmed.toLowerCase().replace('+', '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole}${fraction}`
  return boundedDecimal(
    digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits),
    Number(exponent) - fraction.length,
  )
}

/** The shortest digits that read back as the same double; `1e+16` from 16 digits on, `1e-05` below a ten-thousandth. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const width = String(Math.abs(exponent)).padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${width}`
  }
  if (Number.isInteger(value)) return `${BigInt(value)}.0`
  const digits = mantissa.replace('-', '').replace('.', '')
  const sign = value < 0 ? '-' : ''
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
    : `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}
