/**
 * Instants as text: ISO 8601 in, `YYYY-MM-DDTHH:MM:SS.ffffffZ` out. Never through a JavaScript `Date` below the
 * second, so that microseconds stay what the device wrote.
 */

const DATETIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):?(\d{2})?)?$/
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const MINUTE_MS = 60_000

/** Days in this month of the proleptic Gregorian calendar; 0 for a month that does not exist. */
function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  if (month < 1 || month > 12) return 0
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isDay(year: number, month: number, day: number): boolean {
  return year >= 1 && day >= 1 && day <= daysIn(year, month)
}

/**
 * A full date and time as an instant in UTC, or null when the text is anything else (a date, a time, an impossible
 * day such as 2024-13-45). Without an offset it is taken as UTC. Digits beyond the microsecond are cut off.
 * Source: reference §1.10.
 */
export function toInstant(text: string): string | null {
  if (text.length < 19 || text.charCodeAt(10) !== 84) return null
  const match = DATETIME.exec(text)
  if (match === null) return null
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = ''] = match
  if (!isDay(Number(year), Number(month), Number(day))) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const micros = `.${fraction.slice(0, 6).padEnd(6, '0')}Z`
  if (match[8] === undefined) return `${year}-${month}-${day}T${hour}:${minute}:${second}${micros}`
  const offset = Number(match[9]) * 60 + Number(match[10] ?? 0)
  if (Number(match[9]) > 23 || Number(match[10] ?? 0) > 59) return null
  const local = new Date(0)
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  local.setUTCHours(Number(hour), Number(minute), Number(second))
  const utc = new Date(local.getTime() - (match[8] === '-' ? -offset : offset) * MINUTE_MS)
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return null
  return `${utc.toISOString().slice(0, 19)}${micros}`
}

/** As `toInstant`, and a plain date is midnight UTC. */
export function toInstantOrMidnight(text: string): string | null {
  const match = DATE.exec(text)
  if (match === null) return toInstant(text)
  if (!isDay(Number(match[1]), Number(match[2]), Number(match[3]))) return null
  return `${text}T00:00:00.000000Z`
}

/** The text that a form document stores: an instant where there is one, else the text itself. */
export function adjustDatetime(text: string): string {
  return toInstant(text) ?? text
}
