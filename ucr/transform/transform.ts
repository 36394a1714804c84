/**
 * Transforms: a value made fit to show. None of them fails; what does not fit stays as it is.
 * Source: reference §6.15.
 */
import type { Lookup } from '../interpret/context.ts'
import type { CustomTransform, Localized, Transform } from '../tree/transform.ts'
import { MICROS_A_DAY } from '../value/calendar.ts'
import { toDateTime, toInteger } from '../value/cast.ts'
import { fromEthiopian, toEthiopian } from '../value/ethiopian.ts'
import { readDecimal } from '../value/numbers.ts'
import { isDate, isDateTime, kindOf, member } from '../value/value.ts'
import type { DateTimeValue, DictValue, Value } from '../value/value.ts'
import { formatNumber } from './format-spec.ts'
import { localize } from './localize.ts'
import { monthName, strftime } from './strftime.ts'

/** Who reads, when, and where names are found. */
export interface TransformContext {
  readonly now: DateTimeValue
  readonly language: string
  /** Ids of users and owners are looked for in this domain. */
  readonly domain: string
  readonly lookup: Pick<Lookup, 'document'>
}

const isNumber = (value: Value): boolean => ['boolean', 'integer', 'float', 'decimal'].includes(kindOf(value))

/** `nurse` for `nurse@demo.commcarehq.org`. */
const withoutDomain = (username: string): string => username.split('@')[0] ?? username

function textOf(document: DictValue | null, key: string): string {
  const text = document === null ? null : member(document, key)
  return typeof text === 'string' ? text : ''
}

function findUser(id: string, { domain, lookup }: TransformContext): DictValue | null {
  return lookup.document(domain, 'CommCareUser', id) ?? lookup.document(domain, 'WebUser', id)
}

function userName(id: string, context: TransformContext): string | null {
  return withoutDomain(textOf(findUser(id, context), 'username')) || null
}

/** `nurse "Ada Lovelace"`. */
function userNameAndName(id: string, context: TransformContext): string | null {
  const user = findUser(id, context)
  const full = `${textOf(user, 'first_name')} ${textOf(user, 'last_name')}`.trim()
  const name = userName(id, context)
  return name === null || full === '' ? name : `${name} "${full}"`
}

function ownerName(id: string, context: TransformContext): string | null {
  const { domain, lookup } = context
  return (
    userName(id, context) ??
    (textOf(lookup.document(domain, 'Group', id), 'name') ||
      textOf(lookup.document(domain, 'Location', id), 'name') ||
      null)
  )
}

function daysElapsed(value: Value, now: DateTimeValue): Value {
  const since = toDateTime(value)
  if (since === null) return value
  return Math.floor(now.days - since.days + (now.micros - since.micros) / MICROS_A_DAY)
}

function applyCustom(type: CustomTransform, value: Value, context: TransformContext): Value {
  const id = typeof value === 'string' ? value : ''
  switch (type) {
    case 'month_display':
      return monthName(Number(toInteger(value) ?? 0))
    case 'days_elapsed_from_date':
      return daysElapsed(value, context.now)
    case 'user_display':
      return userName(id, context) ?? value
    case 'user_display_including_name':
      return userNameAndName(id, context) ?? value
    case 'user_without_domain_display':
      return id === '' ? value : withoutDomain(id)
    case 'owner_display':
      return ownerName(id, context) ?? value
    case 'short_decimal_display':
      return isNumber(value) ? (formatNumber('{0:.2f}', value) ?? value) : value
    case 'ethiopian_date_to_gregorian_date':
      return fromEthiopian(value)
    case 'gregorian_date_to_ethiopian_date':
      return toEthiopian(value)
  }
}

function applyDateFormat(format: string, value: Value): Value {
  if (value === null) return ''
  if (isDate(value)) return strftime(format, { days: value.days, micros: 0 })
  return isDateTime(value) ? strftime(format, value) : value
}

function applyNumberFormat(format: string, value: Value): Value {
  const number = typeof value === 'string' ? readDecimal(value) : value
  return number !== null && isNumber(number) ? (formatNumber(format, number) ?? value) : value
}

function translate(translations: Readonly<Record<string, Localized>>, value: Value, language: string): Value {
  const display =
    typeof value === 'string' && Object.hasOwn(translations, value) ? translations[value] : undefined
  return display === undefined ? value : (localize(display, language) ?? value)
}

export function applyTransform(transform: Transform, value: Value, context: TransformContext): Value {
  switch (transform.type) {
    case 'custom':
      return applyCustom(transform.custom_type, value, context)
    case 'date_format':
      return applyDateFormat(transform.format, value)
    case 'number_format':
      return applyNumberFormat(transform.format_string, value)
    case 'translation':
      return transform.mobile_or_web === 'mobile'
        ? value
        : translate(transform.translations, value, context.language)
    case 'multiple_value_string_translation': {
      if (typeof value !== 'string' || transform.mobile_or_web === 'mobile') return value
      const words = value.split(transform.delimiter)
      return words
        .map((word) => translate(transform.translations, word, context.language))
        .join(transform.delimiter)
    }
  }
}
