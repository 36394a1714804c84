/** The day that an instant is in a time zone. */
import { MICROS_A_DAY, toDays } from './calendar.ts'
import { dateOf } from './value.ts'
import type { DateTimeValue, DateValue } from './value.ts'

/**
 * A function that tells the day; what it needs of the zone is looked up once.
 * @param timezone an IANA name. @throws RangeError for a name that is none: it comes from a domain's settings, which are checked.
 */
export function createDayIn(timezone: string): (instant: DateTimeValue) => DateValue | null {
  if (timezone === 'UTC') return ({ days }) => dateOf(days)
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  return ({ days, micros }) => {
    const millis = days * (MICROS_A_DAY / 1000) + Math.floor(micros / 1000)
    const parts = format.formatToParts(new Date(millis))
    const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0)
    return dateOf(toDays({ year: part('year'), month: part('month'), day: part('day') }))
  }
}
