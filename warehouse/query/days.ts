/** Calendar days of a time zone as half-open ranges of UTC instants. Pure. */
import { DateTime, IANAZone } from 'luxon'
import { rangeInvalid, rangeTooLong, timezoneUnknown } from '../problems.ts'
import { toWarehouseInstant } from '../loader/to-warehouse-instant.ts'

export interface DayRange {
  readonly startdate: string
  readonly enddate: string
  readonly days: number
  /** As ClickHouse writes instants: from ≤ x < to. */
  readonly from: string
  readonly to: string
  /** Start of the three equally long periods before. */
  readonly previousFrom: string
}

export interface AskedDays {
  readonly startdate?: string | undefined
  readonly enddate?: string | undefined
}

/** Source: reference §7, "default last 7 days (incl. today)". */
const DEFAULT_DAYS = 7
export const MAX_RANGE_DAYS = 3_700

/**
 * @param now tells today, where a day is missing.
 * @throws WAREHOUSE_RANGE_INVALID, WAREHOUSE_RANGE_TOO_LONG, WAREHOUSE_TIMEZONE_UNKNOWN
 */
export function readDayRange(asked: AskedDays, timezone: string, now: Date): DayRange {
  if (!IANAZone.isValidZone(timezone)) throw timezoneUnknown({ timezone })
  const today = DateTime.fromJSDate(now, { zone: timezone }).toISODate() ?? ''
  const enddate = asked.enddate ?? maxDay(asked.startdate, today)
  const startdate = asked.startdate ?? dayBefore(enddate, DEFAULT_DAYS - 1)
  const days = daysBetween(startdate, enddate)
  if (!Number.isInteger(days) || days < 1) throw rangeInvalid({ startdate, enddate })
  if (days > MAX_RANGE_DAYS) throw rangeTooLong({ days, maxDays: MAX_RANGE_DAYS })
  return {
    startdate,
    enddate,
    days,
    from: startOf(startdate, timezone),
    to: startOf(dayBefore(enddate, -1), timezone),
    previousFrom: startOf(dayBefore(startdate, 3 * days), timezone),
  }
}

/** All days of a range, in order. */
export function daysOf(range: DayRange): readonly string[] {
  return Array.from({ length: range.days }, (_, index) => dayBefore(range.startdate, -index))
}

/** `2024-03-01 08:00:00.000000` (UTC) → the day of the zone. */
export function toLocalDay(instant: string, timezone: string): string {
  return DateTime.fromSQL(instant, { zone: 'utc' }).setZone(timezone).toISODate() ?? ''
}

function maxDay(startdate: string | undefined, today: string): string {
  return startdate !== undefined && startdate > today ? startdate : today
}

function dayBefore(day: string, days: number): string {
  return DateTime.fromISO(day, { zone: 'utc' }).minus({ days }).toISODate() ?? day
}

function daysBetween(startdate: string, enddate: string): number {
  const start = DateTime.fromISO(startdate, { zone: 'utc' })
  return DateTime.fromISO(enddate, { zone: 'utc' }).diff(start, 'days').days + 1
}

/** The first instant of a day; where the clock skips midnight, the first one that exists. */
function startOf(day: string, timezone: string): string {
  const first = DateTime.fromISO(day, { zone: timezone }).startOf('day').toUTC()
  if (first.year < 1900) return '1900-01-01 00:00:00.000000'
  return toWarehouseInstant(first.toISO()) ?? '2299-12-31 23:59:59.999999'
}
