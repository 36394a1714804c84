/** The day that an instant is in a time zone. */
import { MICROS_A_DAY, toDays } from './calendar.ts'
import { dateOf } from './value.ts'
import type { DateTimeValue, DateValue } from './value.ts'

/** @param timezone an IANA name. @throws RangeError for a name that is none: it comes from a domain's settings, which are checked. */
export function dayIn(timezone: string, instant: DateTimeValue): DateValue | null {
  if (timezone === 'UTC') return dateOf(instant.days)
  const millis = instant.days * (MICROS_A_DAY / 1000) + Math.floor(instant.micros / 1000)
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(new Date(millis))
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0)
  return dateOf(toDays({ year: part('year'), month: part('month'), day: part('day') }))
}
