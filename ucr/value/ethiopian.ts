/**
 * The Ethiopian calendar: twelve months of thirty days and a thirteenth of five, six in the year before a year divisible by four.
 * Both ways give "" for what is no date, as the server does, so that a later cast makes null of it.
 */
import { formatDay, pad } from './calendar.ts'
import { readInteger } from './numbers.ts'
import { dateOf, isDate, isDateTime } from './value.ts'
import type { Value } from './value.ts'
import { readDay } from './dates.ts'

/** Day number of the first day of the year 1: 29 August 8 of the Julian calendar. */
const EPOCH_DAYS = -716_367

/** Three numbers parted by hyphens, white space around them allowed. */
function readParts(text: string): readonly [number, number, number] | null {
  const parts = text.split('-').map(readInteger)
  const [year, month, day] = parts.map(Number)
  if (parts.length !== 3 || parts.includes(null)) return null
  return year === undefined || month === undefined || day === undefined ? null : [year, month, day]
}

/** `"2009-09-11"` (Ethiopian) gives the date 2017-05-19; anything else "". */
export function fromEthiopian(value: Value): Value {
  const parts = typeof value === 'string' ? readParts(value) : null
  if (parts === null) return ''
  const [year, month, day] = parts
  const last = month === 13 ? (year % 4 === 3 ? 6 : 5) : 30
  if (year < 1 || month < 1 || month > 13 || day < 1 || day > last) return ''
  return dateOf(EPOCH_DAYS + 365 * (year - 1) + Math.floor(year / 4) + 30 * (month - 1) + day - 1) ?? ''
}

/** A date, a datetime or `"2017-09-10"` gives `"2009-13-05"`; anything else "". */
export function toEthiopian(value: Value): Value {
  const text = isDate(value) || isDateTime(value) ? formatDay(value.days) : value
  const parts = typeof text === 'string' ? readParts(text) : null
  const date = parts === null ? null : readDay(`${pad(parts[0], 4)}-${pad(parts[1], 2)}-${pad(parts[2], 2)}`)
  const sinceEpoch = date === null ? -1 : date.days - EPOCH_DAYS
  if (sinceEpoch < 0) return ''
  const cycle = Math.floor(sinceEpoch / 1461)
  const inCycle = sinceEpoch - cycle * 1461
  // The third year of a cycle has the sixth extra day.
  const yearInCycle = inCycle === 1095 ? 2 : inCycle > 1095 ? 3 : Math.floor(inCycle / 365)
  const dayOfYear = inCycle - yearInCycle * 365 - (yearInCycle === 3 ? 1 : 0)
  const [month, day] = [Math.floor(dayOfYear / 30) + 1, (dayOfYear % 30) + 1]
  return `${cycle * 4 + yearInCycle + 1}-${pad(month, 2)}-${pad(day, 2)}`
}
