/**
 * Datatypes: what a value becomes in a column. A cast never fails; what does not fit is null.
 * Source: reference §6.5.
 */
import { exactDecimal, truncateDecimal } from './decimal.ts'
import { floatIn } from './compare.ts'
import { readDay, readInstant, readInstantStrict } from './dates.ts'
import { readDecimal, readFloat, readInteger } from './numbers.ts'
import { toText } from './text.ts'
import { dateOf, datetimeOf, decimalOf, integerOf, isDate, isDateTime, kindOf } from './value.ts'
import type { DateTimeValue, DateValue, DecimalValue, Value } from './value.ts'

export const DATATYPES = [
  'date',
  'datetime',
  'string',
  'integer',
  'small_integer',
  'decimal',
  'array',
  'boolean',
] as const
export type Datatype = (typeof DATATYPES)[number]

/** ISO day, else the day of a strict ISO instant (`…Z`); a datetime gives its day. */
export function toDate(value: Value): DateValue | null {
  if (typeof value === 'string') {
    const day = readDay(value)
    const instant = day === null ? readInstantStrict(value) : null
    return instant === null ? day : dateOf(instant.days)
  }
  if (isDate(value)) return value
  return isDateTime(value) ? dateOf(value.days) : null
}

/** Any ISO spelling, an offset taken off; a date gives its midnight. */
export function toDateTime(value: Value): DateTimeValue | null {
  if (typeof value === 'string') return readInstant(value)
  if (isDateTime(value)) return value
  return isDate(value) ? datetimeOf(value.days, 0) : null
}

/** The whole number in a value, cut towards zero: `"5.8"` gives 5, true gives 1. */
export function toInteger(value: Value): number | bigint | null {
  switch (kindOf(value)) {
    case 'boolean':
      return value === true ? 1 : 0
    case 'integer':
      return value as number | bigint
    case 'float':
      return cutFloat(floatIn(value))
    case 'decimal':
      return integerOf(truncateDecimal(value as DecimalValue))
    case 'string': {
      const whole = readInteger(value as string)
      if (whole !== null) return integerOf(whole)
      const float = readFloat(value as string)
      return float === null ? null : cutFloat(float)
    }
    case 'null':
    case 'date':
    case 'datetime':
    case 'duration':
    case 'list':
    case 'dict':
      return null
  }
}

function cutFloat(float: number): number | bigint | null {
  return Number.isFinite(float) ? integerOf(BigInt(Math.trunc(float))) : null
}

/** An exact decimal; a float gives the exact value of its bits. */
export function toDecimal(value: Value): DecimalValue | null {
  switch (kindOf(value)) {
    case 'boolean':
      return decimalOf(value === true ? 1n : 0n, 0)
    case 'integer':
      return decimalOf(BigInt(value as number | bigint), 0)
    case 'float':
      return exactDecimal(floatIn(value))
    case 'decimal':
      return value as DecimalValue
    case 'string':
      return readDecimal(value as string)
    case 'null':
    case 'date':
    case 'datetime':
    case 'duration':
    case 'list':
    case 'dict':
      return null
  }
}

/** @param datatype null leaves the value as it is; so does `boolean`, whose columns hold what a filter gave. */
export function cast(value: Value, datatype: Datatype | null): Value {
  switch (datatype) {
    case 'date':
      return toDate(value)
    case 'datetime':
      return toDateTime(value)
    case 'integer':
    case 'small_integer':
      return toInteger(value)
    case 'decimal':
      return toDecimal(value)
    case 'string':
      return value === null ? null : toText(value)
    case 'array':
      return Array.isArray(value) ? value : [value]
    case 'boolean':
    case null:
      return value
  }
}
