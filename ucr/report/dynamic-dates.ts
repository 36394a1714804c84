/**
 * Spans of days relative to today, both ends included.
 * Source: reference §6.14, `pre`.
 */
import type { DynamicDate } from '../tree/report-filter.ts'
import { addMonths, toCivil, toDays } from '../value/calendar.ts'
import { toDate, toInteger } from '../value/cast.ts'
import { dateOf } from '../value/value.ts'
import type { DateValue, Value } from '../value/value.ts'

/** Start and end; null is open. */
export type Span = readonly [DateValue | null, DateValue | null]

const span = (from: number, to: number): Span => [dateOf(from), dateOf(to)]

/** The `months` months that begin with the one `shift` months from the month given. */
function monthsFrom(year: number, month: number, [shift, months]: readonly [number, number]): Span {
  const first = addMonths({ year, month, day: 1 }, shift)
  return span(toDays(first), toDays(addMonths(first, months)) - 1)
}

/** @param operands `[start, end, days]` as the configuration has them; nulls allowed. */
export function spanOf(slug: DynamicDate, operands: readonly Value[], today: DateValue): Span {
  const [start = null, end = null, days = null] = operands
  const { year, month } = toCivil(today.days)
  const quarter = Math.floor((month - 1) / 3) * 3 + 1
  switch (slug) {
    case 'last7':
      return span(today.days - 7, today.days)
    case 'last30':
      return span(today.days - 30, today.days)
    case 'lastn':
      return span(today.days - Number(toInteger(days) ?? 0), today.days)
    case 'thismonth':
      return monthsFrom(year, month, [0, 1])
    case 'lastmonth':
      return monthsFrom(year, month, [-1, 1])
    case 'thisquarter':
      return monthsFrom(year, quarter, [0, 3])
    case 'lastquarter':
      return monthsFrom(year, quarter, [-3, 3])
    case 'thisyear':
      return monthsFrom(year, 1, [0, 12])
    case 'lastyear':
      return monthsFrom(year, 1, [-12, 12])
    case 'since':
      return [toDate(start), today]
    case 'range':
      return [toDate(start), toDate(end)]
  }
}
