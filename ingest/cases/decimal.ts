/** Exact decimal numbers as text: quantities are never floats. */

/** Whole number and how many of its digits stand after the point. */
interface Decimal {
  readonly units: bigint
  readonly scale: number
}

const PATTERN = /^([+-]?)(\d{1,20})(?:\.(\d{1,10}))?$/

function read(text: string): Decimal | null {
  const match = PATTERN.exec(text.trim())
  if (match === null) return null
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
  const decimal = read(text)
  return decimal === null ? null : write(decimal)
}

/** a + b; both as `toDecimal` returns them. */
export function addDecimals(a: string, b: string): string {
  const left = read(a) ?? { units: 0n, scale: 0 }
  const right = read(b) ?? { units: 0n, scale: 0 }
  const scale = Math.max(left.scale, right.scale)
  const raise = ({ units, scale: from }: Decimal): bigint => units * 10n ** BigInt(scale - from)
  return write({ units: raise(left) + raise(right), scale })
}

/** −a. */
export function negate(a: string): string {
  const decimal = read(a) ?? { units: 0n, scale: 0 }
  return write({ units: -decimal.units, scale: decimal.scale })
}
