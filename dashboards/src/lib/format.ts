/**
 * Numbers, days and instants as people read them. One locale, so that the server's and the browser's text are the same;
 * days are `YYYY-MM-DD` of the domain's calendar, instants ISO 8601 UTC shown in the domain's time zone.
 */

/** The name of a form whose XML could not be read. */
export const UNREADABLE = 'Unreadable form'

const LOCALE = 'en-GB'
const NOTHING = '—'

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })
const quantity = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 6 })
const tenths = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 })

/** `1234` → `1,234`. */
export function formatNumber(value: number): string {
  return whole.format(value)
}

/** `7.5` → `7.5`: a quantity that need not be whole. */
export function formatQuantity(value: number): string {
  return quantity.format(value)
}

/** A percentage of 0–100 → `41.7 %`; null (nothing to divide by) → a dash. */
export function formatPercent(value: number | null): string {
  return value === null ? NOTHING : `${tenths.format(value)} %`
}

/** `1536` → `1.5 kB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${tenths.format(bytes / 1000)} kB` : `${tenths.format(bytes / 1_000_000)} MB`
}

function dayFormat(options: Intl.DateTimeFormatOptions): (day: string) => string {
  const format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' })
  return (day) => format.format(new Date(`${day.slice(0, 10)}T00:00:00Z`))
}

/** `2024-03-01` → `1 Mar 2024`. */
export const formatDay = dayFormat({ day: 'numeric', month: 'short', year: 'numeric' })
/** `2024-03-01` → `1 Mar`. */
export const formatDayShort = dayFormat({ day: 'numeric', month: 'short' })
/** `2024-03-01` → `Fri 1 Mar`. */
export const formatWeekday = dayFormat({ weekday: 'short', day: 'numeric', month: 'short' })
/** `2024-03-01` → `Friday, 1 March 2024`. */
export const formatDayLong = dayFormat({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

/** `1 Mar 2024` once for a single day, else `1 Mar – 7 Mar 2024`. */
export function formatRange(startdate: string, enddate: string): string {
  if (startdate === enddate) return formatDay(startdate)
  const sameYear = startdate.slice(0, 4) === enddate.slice(0, 4)
  return `${sameYear ? formatDayShort(startdate) : formatDay(startdate)} – ${formatDay(enddate)}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function instantFormat(
  timeZone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${name} ${timeZone}`
  const known = formats.get(key)
  if (known) return known
  const format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone })
  formats.set(key, format)
  return format
}

/** An instant → `1 Mar 2024, 14:05` in the zone; null → a dash. */
export function formatInstant(instant: string | null, timeZone: string): string {
  if (instant === null || instant === '') return NOTHING
  const date = new Date(instant)
  if (Number.isNaN(date.getTime())) return instant
  return instantFormat(timeZone, 'instant', { dateStyle: 'medium', timeStyle: 'short' }).format(date)
}

/** An instant → `14:05:09` in the zone. */
export function formatTime(instant: string, timeZone: string): string {
  return instantFormat(timeZone, 'time', { timeStyle: 'medium' }).format(new Date(instant))
}

/** An instant → `14:05` in the zone. */
export function formatClock(instant: string, timeZone: string): string {
  return instantFormat(timeZone, 'clock', { hour: '2-digit', minute: '2-digit' }).format(new Date(instant))
}

/** Seconds in the largest unit that fits: `0.4 s`, `12 s`, `3 min`, `2 h`, `4 d`. */
export function formatSpan(seconds: number): string {
  if (seconds < 10) return `${tenths.format(seconds)} s`
  if (seconds < 120) return `${whole.format(seconds)} s`
  if (seconds < 7_200) return `${whole.format(seconds / 60)} min`
  if (seconds < 172_800) return `${whole.format(seconds / 3_600)} h`
  return `${whole.format(seconds / 86_400)} d`
}

/** `as of 1 Mar, 14:05:09 (Africa/Nairobi)`: up to when a number is complete; before the first event: `no data yet (…)`. */
export function formatAsOf(asOf: string | null, timeZone: string): string {
  if (asOf === null) return `no data yet (${timeZone})`
  const day = instantFormat(timeZone, 'day', { day: 'numeric', month: 'short' }).format(new Date(asOf))
  return `as of ${day}, ${formatTime(asOf, timeZone)} (${timeZone})`
}

/** `2 forms`, `1 form`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

/** A name of an XML element or property made readable: `last_visit_date` → `Last visit date`. */
export function readable(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}
