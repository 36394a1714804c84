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

/**
 * An hour is sealed for the first time once, however long the platform runs: that work is not rested for. A pass that mostly did
 * such work, and has some left, is followed by the next one at once; where the rest of the pass weighs more, its rest holds.
 * @param shortestMs pause between passes that have nothing to catch up with
 * @returns milliseconds
 */
export function restAfter({ lengthMs, firstSealsMs, unsealed }: PassCost, shortestMs: number): number {
  const otherMs = Math.max(0, lengthMs - firstSealsMs)
  const isCatchingUp = unsealed > 0 && firstSealsMs > otherMs
  if (isCatchingUp) return Math.min(shortestMs, Math.max(UNSEALED_REST_MS, otherMs))
  return Math.max(shortestMs, Math.min(LONGEST_REST_MS, REST * otherMs))
}
