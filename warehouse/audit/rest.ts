/** How long the auditor rests after a full pass, so that comparing for ever costs a small and known share of the time. */

export interface PassCost {
  /** Of the whole pass, in milliseconds. */
  readonly lengthMs: number
  /** Of that, what went into hours that no seal had vouched for before. */
  readonly firstSealsMs: number
  /** Documents of such hours for which the pass had no room. */
  readonly unsealed: number
}

/** A pass is followed by so many times its own length of rest: it costs at most a twentieth of the time. */
const REST = 20
const LONGEST_REST_MS = 3_600_000
/** While hours wait for their first seal, drift of contents in them is seen only when their turn comes. */
const UNSEALED_REST_MS = 1_000
/** So, too, where the pass had more to compare than to seal, as while a platform is filled: its share is a fifth at most. */
const CATCHING_UP_REST_MS = 30_000
const CATCHING_UP_REST = 4

/**
 * An hour is sealed for the first time once, however long the platform runs: that work is not rested for. A pass that mostly did
 * such work, and has some left, is followed by the next one at once; where what else it did weighs more, a little later.
 * @param shortestMs pause between passes that have nothing to catch up with
 * @returns milliseconds
 */
export function restAfter({ lengthMs, firstSealsMs, unsealed }: PassCost, shortestMs: number): number {
  const otherMs = Math.max(0, lengthMs - firstSealsMs)
  const long = Math.max(shortestMs, Math.min(LONGEST_REST_MS, REST * otherMs))
  const isCatchingUp = unsealed > 0 && firstSealsMs > 0
  if (!isCatchingUp) return long
  if (firstSealsMs > otherMs) return Math.max(UNSEALED_REST_MS, otherMs)
  return Math.min(long, Math.max(CATCHING_UP_REST_MS, CATCHING_UP_REST * otherMs))
}
