const LONGEST_MS = 30_000
const FIRST_MS = 1_000
/** A process that lived this long was well (it needs 2 to 5 s to begin): its next crash starts from the first wait again. */
const WELL_AFTER_MS = 15_000

/** How long to wait before each restart: 1, 2, 4 … 30 s. */
export interface Backoff {
  /** @param livedMs how long the process lived before it ended */
  next(livedMs: number): number
}

export function createBackoff(): Backoff {
  let waitMs = FIRST_MS
  return {
    next(livedMs) {
      if (livedMs >= WELL_AFTER_MS) waitMs = FIRST_MS
      const chosen = waitMs
      waitMs = Math.min(waitMs * 2, LONGEST_MS)
      return chosen
    },
  }
}
