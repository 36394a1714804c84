import type { InstantMs } from './tracing.ts'

/** Steps of a trace are shorter than what `Date` can tell apart. */
export function nowMs(): InstantMs {
  return performance.timeOrigin + performance.now()
}
