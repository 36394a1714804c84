import { filterInvalid } from '../problems.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/

/**
 * A date or an instant of a filter as ISO 8601 UTC with six fraction digits; without an offset it is UTC.
 * @param edge filters are inclusive at both ends: a date at the end means all of that day.
 * @throws API_FILTER_INVALID
 */
export function parseFilterInstant(filter: string, text: string, edge: 'start' | 'end'): string {
  const expected = 'a date (2024-03-31) or an instant (2024-03-31T08:00:00Z)'
  const match = INSTANT.exec(text)
  const isDay = DAY.test(text)
  if (!match && !isDay) throw filterInvalid({ filter, expected })
  const [, day = text, time = '00:00', seconds = ':00', fraction = '', offset = 'Z'] = match ?? []
  const at = new Date(`${day}T${time}${seconds}${offset}`)
  const midnight = new Date(`${day}T00:00:00Z`)
  const isReal =
    !Number.isNaN(at.getTime()) && !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
  if (!isReal) throw filterInvalid({ filter, expected })
  if (isDay && edge === 'end') return `${day}T23:59:59.999999Z`
  return `${at.toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}
