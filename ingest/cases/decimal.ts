/** Exact decimal numbers as text: quantities are never floats. */

/** Whole number and how many of its digits stand after the point. */
interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/** What a form may say. */
const SAID = /^[+-]?\d{1,20}(?:\.\d{1,10})?$/
/** What sums of it may come to. */
const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/

function read(text: string): Decimal {
  const match = PATTERN.exec(text)
  if (match === null) throw new Error('not a decimal')
  const [, sign = '', whole = '', fraction = ''] = match
  const units = BigInt(whole + fraction)
  return { units: sign === '-' ? -units : units, scale: fraction.length }
}

function write({ units, scale }: Decimal): string {
  const negative = units < 0n
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
  const text = fraction === '' ? whole : `${whole}.${fraction}`
  return negative && units !== 0n ? `-${text}` : text
}

/** The one way to write this number, or null when the text is no decimal of at most 20 + 10 digits. */
export function toDecimal(text: string): string | null {
  const trimmed = text.trim()
  return SAID.test(trimmed) ? write(read(trimmed)) : null
}

/** a + b; both as `toDecimal` returns them, or a sum of those. */
export function addDecimals(a: string, b: string): string {
  const [left, right] = [read(a), read(b)]
  const scale = Math.max(left.scale, right.scale)
  const raise = ({ units, scale: from }: Decimal): bigint => units * 10n ** BigInt(scale - from)
  return write({ units: raise(left) + raise(right), scale })
}

/** −a. */
export function negate(a: string): string {
  const { units, scale } = read(a)
  return write({ units: -units, scale })
}
