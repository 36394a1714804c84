import type { LoadResult } from '../generator/plan.ts'

type Seconds = LoadResult['perSecond']

/** So many seconds in a row must be well before recovery counts. */
const IN_A_ROW = 3
/** A p99 below this is well, whatever it was before. */
const CALM_P99_MS = 150

/** The largest p99 that counts as "as before": twice what it was, and no less than what is asked of the receiver. */
export function toWellMs(seconds: Seconds, beforeSeconds: number): number {
  const before = seconds
    .filter(({ second, completed }) => second < beforeSeconds && completed > 0)
    .map(({ p99 }) => p99)
    .toSorted((a, b) => a - b)
  return Math.max(CALM_P99_MS, 2 * (before[Math.floor(before.length / 2)] ?? 0))
}

/**
 * Seconds from the end of a burst until forms that are due are taken at once again, all of them, three seconds in a row.
 * @returns undefined when that never came about
 */
export function findRecovery(seconds: Seconds, burstEndsAt: number, wellMs: number): number | undefined {
  const isWell = new Map(
    seconds.map(({ second, completed, failed, dropped, p99 }) => [
      second,
      completed > 0 && failed + dropped === 0 && p99 <= wellMs,
    ]),
  )
  const last = Math.max(...isWell.keys())
  for (let from = burstEndsAt; from + IN_A_ROW - 1 <= last; from += 1)
    if (Array.from({ length: IN_A_ROW }, (_, at) => isWell.get(from + at)).every(Boolean))
      return from - burstEndsAt
  return undefined
}
