/** When health workers work: the rhythm of weeks and days, in the programme's time zone (UTC+3, no summer time). */
import type { Random } from './random.ts'

export const TIMEZONE = 'Africa/Nairobi'
const OFFSET_MS = 3 * 3_600_000
export const DAY_MS = 86_400_000

/** Chance of being at work, Monday first: market day on Wednesday, rest on Sunday. */
const WEEKDAY_WEIGHT = [1, 0.95, 0.7, 1, 0.9, 0.45, 0.08] as const
/** Weight of each hour from 7 to 18. */
const HOUR_WEIGHT = [0.4, 0.9, 1, 1, 0.9, 0.5, 0.3, 0.6, 0.8, 0.6, 0.3, 0.1] as const

/** Midnight, local, of the day that holds `instant`, as milliseconds since the epoch. */
export function localMidnight(instant: number): number {
  return Math.floor((instant + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS
}

function weekday(instant: number): number {
  return (Math.floor((instant + OFFSET_MS) / DAY_MS) + 3) % 7
}

/** The first instant of work on or after the day of `due`: a day that the rhythm allows, an hour that it likes. */
export function nextWorkTime(random: Random, due: number): number {
  let day = localMidnight(due)
  while (!random.chance(WEEKDAY_WEIGHT[weekday(day)] ?? 0)) day += DAY_MS
  const total = HOUR_WEIGHT.reduce((sum, weight) => sum + weight, 0)
  let draw = random.next() * total
  let hour = 7
  for (const weight of HOUR_WEIGHT) {
    draw -= weight
    if (draw < 0) break
    hour += 1
  }
  return day + hour * 3_600_000 + random.int(0, 3_599) * 1_000 + random.int(0, 999)
}

/** `2026-03-01T11:02:03.004+03:00`, as phones write it. */
export function phoneTime(instant: number): string {
  return `${new Date(instant + OFFSET_MS).toISOString().slice(0, -1)}+03:00`
}

/** `2026-03-01`, the local calendar day. */
export function localDay(instant: number): string {
  return new Date(instant + OFFSET_MS).toISOString().slice(0, 10)
}
