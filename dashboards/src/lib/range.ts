/** Ranges of days: the choices of the picker and how a URL names one. Days are `YYYY-MM-DD`, both ends inclusive. */

export const RANGE_PRESETS = [
  'today',
  'yesterday',
  'last7',
  'last30',
  'this_month',
  'last_month',
  'last90',
] as const
export type RangePreset = (typeof RANGE_PRESETS)[number]

export const RANGE_LABELS: Readonly<Record<RangePreset, string>> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last7: 'Last 7 days',
  last30: 'Last 30 days',
  this_month: 'This month',
  last_month: 'Last month',
  last90: 'Last 90 days',
}

export interface DayRange {
  readonly preset: RangePreset | 'custom'
  readonly startdate: string
  readonly enddate: string
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The calendar day of an instant in a time zone. */
export function dayIn(timeZone: string, now: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return parts.format(now)
}

/** `addDays('2024-03-01', -1)` → `2024-02-29`. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

function monthBefore(day: string): { startdate: string; enddate: string } {
  const enddate = addDays(`${day.slice(0, 7)}-01`, -1)
  return { startdate: `${enddate.slice(0, 7)}-01`, enddate }
}

/** The days of a preset, seen from `today`. */
export function presetRange(preset: RangePreset, today: string): DayRange {
  switch (preset) {
    case 'today':
      return { preset, startdate: today, enddate: today }
    case 'yesterday':
      return { preset, startdate: addDays(today, -1), enddate: addDays(today, -1) }
    case 'last7':
      return { preset, startdate: addDays(today, -6), enddate: today }
    case 'last30':
      return { preset, startdate: addDays(today, -29), enddate: today }
    case 'last90':
      return { preset, startdate: addDays(today, -89), enddate: today }
    case 'this_month':
      return { preset, startdate: `${today.slice(0, 7)}-01`, enddate: today }
    case 'last_month':
      return { preset, ...monthBefore(today) }
  }
}

function isDay(value: string | null): value is string {
  return value !== null && DAY.test(value) && !Number.isNaN(Date.parse(`${value}T00:00:00Z`))
}

function isPreset(value: string | null): value is RangePreset {
  return RANGE_PRESETS.some((preset) => preset === value)
}

/**
 * The range that a URL asks for: `range=last30` moves with the calendar, `startdate` and `enddate` stand still.
 * Without either: the last 7 days, today included. Source: reference §7, date range filter.
 */
export function readRange(params: Pick<URLSearchParams, 'get'>, today: string): DayRange {
  const preset = params.get('range')
  if (isPreset(preset)) return presetRange(preset, today)
  const [start, end] = [params.get('startdate'), params.get('enddate')]
  if (!isDay(start) && !isDay(end)) return presetRange('last7', today)
  const startdate = isDay(start) ? start : isDay(end) ? end : today
  const enddate = isDay(end) ? end : startdate > today ? startdate : today
  if (startdate > enddate) return { preset: 'custom', startdate: enddate, enddate: startdate }
  return { preset: 'custom', startdate, enddate }
}

/** How the range is written back into a URL: its preset, or its days. */
export function rangeParams(range: DayRange): Record<string, string | null> {
  if (range.preset !== 'custom') return { range: range.preset, startdate: null, enddate: null }
  return { range: null, startdate: range.startdate, enddate: range.enddate }
}
