/**
 * The values that expressions compute with. The configurations were written for a Python server, so its types count: an integer is not a
 * float ("2" against "2.0" as text), a date never equals a datetime, true equals 1. What has no JavaScript twin is an object with a hidden
 * tag, which no JSON document can carry, so a document's own objects are never taken for a date.
 */
export const TAG: unique symbol = Symbol('ucr.value')

/** A day of the Gregorian calendar; `days` counts from 1970-01-01. Years 1 to 9999. */
export interface DateValue {
  readonly [TAG]: 'date'
  readonly days: number
}

/** An instant without a zone, read as UTC: the day and the microseconds since its midnight. */
export interface DateTimeValue {
  readonly [TAG]: 'datetime'
  readonly days: number
  readonly micros: number
}

/** A difference of instants: `micros` is 0 … 86,399,999,999, `days` carries the sign. */
export interface DurationValue {
  readonly [TAG]: 'duration'
  readonly days: number
  readonly micros: number
}

/** An exact decimal number: `coefficient` × 10^`exponent`. */
export interface DecimalValue {
  readonly [TAG]: 'decimal'
  readonly coefficient: bigint
  readonly exponent: number
}

/** A float whose value is whole; a bare `number` that is whole is an integer. */
export interface FloatValue {
  readonly [TAG]: 'float'
  readonly float: number
}

export interface DictValue {
  readonly [key: string]: Value
}

/** A `bigint` is an integer beyond what `number` holds exactly. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | DateValue
  | DateTimeValue
  | DurationValue
  | DecimalValue
  | FloatValue
  | readonly Value[]
  | DictValue

export type ValueKind =
  | 'null'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'decimal'
  | 'string'
  | 'date'
  | 'datetime'
  | 'duration'
  | 'list'
  | 'dict'

const DAYS_MIN = -719_162
const DAYS_MAX = 2_932_896

/** A date, or null outside the years 1 to 9999. */
export function dateOf(days: number): DateValue | null {
  return days >= DAYS_MIN && days <= DAYS_MAX ? Object.freeze({ [TAG]: 'date' as const, days }) : null
}

/** A datetime, or null outside the years 1 to 9999. */
export function datetimeOf(days: number, micros: number): DateTimeValue | null {
  return days >= DAYS_MIN && days <= DAYS_MAX
    ? Object.freeze({ [TAG]: 'datetime' as const, days, micros })
    : null
}

export function durationOf(days: number, micros: number): DurationValue {
  return Object.freeze({ [TAG]: 'duration' as const, days, micros })
}

export function decimalOf(coefficient: bigint, exponent: number): DecimalValue {
  return Object.freeze({ [TAG]: 'decimal' as const, coefficient, exponent })
}

/** A float; whole ones are tagged so that they stay apart from integers. */
export function floatOf(float: number): number | FloatValue {
  return Number.isInteger(float) ? Object.freeze({ [TAG]: 'float' as const, float }) : float
}

/** An integer of any size, as `number` where that is exact. */
export function integerOf(integer: bigint): number | bigint {
  const small = Number(integer)
  return Number.isSafeInteger(small) ? small : integer
}

export function kindOf(value: Value): ValueKind {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'bigint') return 'integer'
  if (Array.isArray(value)) return 'list'
  return TAG in value ? (value[TAG] as ValueKind) : 'dict'
}

/** What a document holds, as a value: the same object, not a copy. JSON has nothing else; what is absent is null. */
export function fromJson(json: unknown): Value {
  // JSON's types are a part of Value; a document is never anything else.
  return json === undefined ? null : (json as Value)
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
export const isDict = (value: Value): value is DictValue => kindOf(value) === 'dict'
export const isDate = (value: Value): value is DateValue => kindOf(value) === 'date'
export const isDateTime = (value: Value): value is DateTimeValue => kindOf(value) === 'datetime'

/** The own property of an object, or null; never something of the prototype. */
export function member(dict: DictValue, key: string): Value {
  return Object.hasOwn(dict, key) ? fromJson(dict[key]) : null
}

/** Whether a condition counts as true: null, false, zero, empty text, empty list, empty object and no time at all do not. */
export function isTruthy(value: Value): boolean {
  if (value === null || typeof value !== 'object') return Boolean(value) || Number.isNaN(value)
  if (Array.isArray(value)) return value.length > 0
  if (!(TAG in value)) return Object.keys(value).length > 0
  const tagged = value as FloatValue | DecimalValue | DurationValue | DateValue | DateTimeValue
  switch (tagged[TAG]) {
    case 'float':
      return tagged.float !== 0
    case 'decimal':
      return tagged.coefficient !== 0n
    case 'duration':
      return tagged.days !== 0 || tagged.micros !== 0
    case 'date':
    case 'datetime':
      return true
  }
}
