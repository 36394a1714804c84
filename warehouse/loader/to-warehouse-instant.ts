/** Instants of the streams as ClickHouse writes them. Total: no clock on earth may stop the stream. */

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/
const EARLIEST = '1900-01-01 00:00:00.000000'
const LATEST = '2299-12-31 23:59:59.999999'

/** How many days a month has, as the proleptic Gregorian calendar counts. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

/**
 * `2024-03-01T08:00:00.000000Z` → `2024-03-01 08:00:00.000000`; before 1900 or after 2299 (what DateTime64(6) holds) the
 * nearest that it holds; anything that is no instant → null.
 */
export function toWarehouseInstant(instant: unknown): string | null {
  if (typeof instant !== 'string') return null
  const match = INSTANT.exec(instant)
  if (match === null) return null
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = ''] = match
  const monthNumber = Number(month)
  if (
    monthNumber < 1 ||
    monthNumber > 12 ||
    Number(day) < 1 ||
    Number(day) > daysIn(Number(year), monthNumber)
  ) {
    return null
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  if (year < '1900') return EARLIEST
  if (year > '2299') return LATEST
  return `${year}-${month}-${day} ${hour}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, '0')}`
}
