/**
 * Numbers written by a pattern like `{0:,.2f}`: the part of Python's format language that speaks of numbers. Digits are cut on the exact
 * value, halves to even. What the pattern cannot do with a value gives null, and the caller shows the value as it is.
 */
import { toDecimal } from '../value/cast.ts'
import { formatDecimal, quantize } from '../value/decimal.ts'
import { toText } from '../value/text.ts'
import { decimalOf, kindOf } from '../value/value.ts'
import type { DecimalValue, Value } from '../value/value.ts'

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?#?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u
const WIDTH_MAX = 200

interface Spec {
  readonly fill: string
  readonly align: string
  readonly sign: string
  readonly width: number
  readonly group: string
  readonly precision: number | null
  readonly type: string
}

function readSpec(text: string): Spec | null {
  const found = SPEC.exec(text)
  if (found === null) return null
  const [, fill, align, sign, zero, width, group, precision, type] = found
  const isZero = zero === '0' && align === undefined
  const spec = {
    fill: fill ?? (isZero ? '0' : ' '),
    align: align ?? (isZero ? '=' : ''),
    sign: sign ?? '-',
    width: Number(width ?? 0),
    group: group ?? '',
    precision: precision === undefined ? null : Number(precision),
    type: type ?? '',
  }
  return spec.width > WIDTH_MAX || (spec.precision ?? 0) > WIDTH_MAX ? null : spec
}

function fixed(value: DecimalValue, digits: number): string {
  const text = formatDecimal(quantize(value, -digits) ?? value).replace(/^-/, '')
  // `quantize` leaves exactly so many digits; a tiny value may come back in scientific notation.
  if (!text.includes('E')) return text
  return digits === 0 ? '0' : `0.${'0'.repeat(digits)}`
}

function scientific(value: DecimalValue, digits: number): string {
  const text = String(value.coefficient < 0n ? -value.coefficient : value.coefficient)
  const exponent = value.coefficient === 0n ? 0 : value.exponent + text.length - 1
  const scaled = quantize(decimalOf(value.coefficient, 1 - text.length), -digits) ?? value
  const mantissa = fixed(scaled, digits)
  const carried = mantissa.startsWith('10')
    ? [mantissa.replace('10', '1'), exponent + 1]
    : [mantissa, exponent]
  const [shown, power] = carried as [string, number]
  return `${shown}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** At most so many digits, zeros at the end dropped. */
function general(value: DecimalValue, digits: number): string {
  const significant = Math.max(1, digits)
  const [mantissa = '', exponentText = '0'] = scientific(value, significant - 1).split('e')
  const exponent = Number(exponentText)
  const drop = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (exponent >= -4 && exponent < significant) return drop(fixed(value, significant - 1 - exponent))
  return `${drop(mantissa)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function digitsOf(spec: Spec, value: Value, exact: DecimalValue): string | null {
  const precision = spec.precision ?? 6
  switch (spec.type) {
    case 'f':
    case 'F':
      return fixed(exact, precision)
    case '%':
      return `${fixed(decimalOf(exact.coefficient, exact.exponent + 2), precision)}%`
    case 'e':
      return scientific(exact, precision)
    case 'E':
      return scientific(exact, precision).toUpperCase()
    case 'g':
    case 'n':
      return general(exact, precision)
    case 'G':
      return general(exact, precision).toUpperCase()
    case 'd':
      return ['integer', 'boolean'].includes(kindOf(value)) ? fixed(exact, 0) : null
    case '':
      return spec.precision === null ? toText(value).replace(/^-/, '') : general(exact, precision)
    default:
      return null
  }
}

function group(digits: string, sign: string): string {
  const found = /^(\d+)(.*)$/s.exec(digits)
  if (found === null || sign === '') return digits
  return `${(found[1] ?? '').replace(/\B(?=(\d{3})+$)/g, sign)}${found[2] ?? ''}`
}

function align(text: string, sign: string, { align: how, fill, width }: Spec): string {
  const missing = width - text.length - sign.length
  if (missing <= 0) return sign + text
  if (how === '=') return sign + fill.repeat(missing) + text
  if (how === '<') return sign + text + fill.repeat(missing)
  if (how !== '^') return fill.repeat(missing) + sign + text
  const left = Math.floor(missing / 2)
  return fill.repeat(left) + sign + text + fill.repeat(missing - left)
}

function formatOne(specText: string, value: Value): string | null {
  const exact = toDecimal(value)
  const spec = readSpec(specText)
  if (specText === '') return toText(value)
  if (spec === null || exact === null) return null
  const digits = digitsOf(spec, value, exact)
  if (digits === null) return null
  const positive = spec.sign === '-' ? '' : spec.sign
  return align(group(digits, spec.group), exact.coefficient < 0n ? '-' : positive, spec)
}

/** `{0:.1f} kg` with a number; null where the pattern does not fit. */
export function formatNumber(pattern: string, value: Value): string | null {
  let isWrong = false
  const text = pattern.replace(
    /\{\{|\}\}|\{([^{}:!]*)(?::([^{}]*))?\}|[{}]/g,
    (whole, name?: string, spec?: string) => {
      if (whole === '{{' || whole === '}}') return whole.slice(1)
      const shown = name === '' || name === '0' ? formatOne(spec ?? '', value) : null
      if (shown === null) isWrong = true
      return shown ?? ''
    },
  )
  return isWrong ? null : text
}
