/** Counting in windows that slide: what came in the window before counts for the part of it that still reaches into now. */

export interface WindowCount {
  /** Milliseconds since 1970, a multiple of the window's length. */
  readonly startedAt: number
  readonly count: number
  /** Of the window just before. */
  readonly before: number
}

export function openWindow(lengthMs: number, at: number): WindowCount {
  return { startedAt: Math.floor(at / lengthMs) * lengthMs, count: 0, before: 0 }
}

/** The same counts, seen from `at`. A clock that was set back stays in the window. */
export function rollWindow(window: WindowCount, lengthMs: number, at: number): WindowCount {
  const passed = Math.floor((at - window.startedAt) / lengthMs)
  if (passed <= 0) return window
  return { ...openWindow(lengthMs, at), before: passed === 1 ? window.count : 0 }
}

/** How many came in the last `lengthMs`, taking those of the window before as spread evenly. */
export function usedIn(window: WindowCount, lengthMs: number, at: number): number {
  const { startedAt, count, before } = rollWindow(window, lengthMs, at)
  const elapsed = Math.min(1, Math.max(0, (at - startedAt) / lengthMs))
  return before * (1 - elapsed) + count
}

/**
 * Milliseconds until fewer than `limit` are in the window, if nobody else comes: 0 when it is so now,
 * Infinity for a limit of 0.
 */
export function waitForRoom(window: WindowCount, lengthMs: number, limit: number, at: number): number {
  if (limit <= 0) return Number.POSITIVE_INFINITY
  const { startedAt, count, before } = rollWindow(window, lengthMs, at)
  if (usedIn(window, lengthMs, at) < limit) return 0
  const elapsedMs = Math.max(0, at - startedAt)
  // Within this window while its own count allows it; else in the next, where that count is what lies before.
  if (count < limit) return Math.max(1, (1 - (limit - count) / before) * lengthMs - elapsedMs)
  return Math.max(1, lengthMs - elapsedMs + (1 - limit / count) * lengthMs)
}
