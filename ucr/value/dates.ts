/** Reading dates and datetimes from text: which spellings count, and where. */
import { isCivilDay, MICROS_A_DAY, toDays } from './calendar.ts'
import { dateOf, datetimeOf } from './value.ts'
import type { DateTimeValue, DateValue } from './value.ts'

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const STRICT = /^(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?Z$/
const LENIENT =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)?$/
const CONSTANT_DAY = /^\d{4}-\d\d-\d\d$/
const CONSTANT_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/

/** `YYYY-MM-DD`, months and days of one digit too. */
export function readDay(text: string): DateValue | null {
  const found = DAY.exec(text)
  if (found === null) return null
  const civil = { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) }
  return isCivilDay(civil) ? dateOf(toDays(civil)) : null
}

function toDateTime(found: RegExpExecArray): DateTimeValue | null {
  const day = readDay(`${found[1]}-${found[2]}-${found[3]}`)
  const [hour, minute, second] = [found[4], found[5], found[6] ?? '0'].map(Number) as [number, number, number]
  if (day === null || hour > 23 || minute > 59 || second > 59) return null
  const micros = Number((found[7] ?? '').padEnd(6, '0').slice(0, 6))
  const offset = (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0)) * (found[8] === '-' ? -1 : 1)
  const total = ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + micros
  const shift = Math.floor(total / MICROS_A_DAY)
  return datetimeOf(day.days + shift, total - shift * MICROS_A_DAY)
}

/** `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` and nothing else. */
export function readInstantStrict(text: string): DateTimeValue | null {
  const found = STRICT.exec(text)
  return found === null ? null : toDateTime(found)
}

/**
 * ISO 8601 as people write it: `T` or a space, seconds and fraction optional, `Z`, an offset or nothing (UTC), a day alone (midnight).
 * An offset is taken off, so the value is UTC.
 */
export function readInstant(text: string): DateTimeValue | null {
  const found = LENIENT.exec(text)
  if (found !== null) return toDateTime(found)
  const day = readDay(text)
  return day === null ? null : datetimeOf(day.days, 0)
}

/** The date or datetime that a text in a configuration stands for, or null when it is only a text. */
export function readConstantDate(text: string): DateValue | DateTimeValue | null {
  if (CONSTANT_DAY.test(text)) return readDay(text)
  return CONSTANT_INSTANT.test(text) ? readInstantStrict(text) : null
}
