/** How large the next range may be: small near the head, where it must be visible soon; large far behind, where each range costs. */
import type { ReadLimits } from './read-outbox.ts'

const FIRST_EVENTS = 2_000
const GROWTH = 5

export interface RangeSize {
  limits(): ReadLimits
  /** What was planned last. */
  note(range: { readonly events: number; readonly payloadBytes: number; readonly isFull: boolean }): void
}

/** @param largest no range is larger, but for a single event. */
export function createRangeSize(largest: ReadLimits): RangeSize {
  let events = Math.min(FIRST_EVENTS, largest.maxEvents)
  let bytesOfEvent = 1
  return {
    // Not many more are asked for than fit: what is read beyond the bytes is thrown away.
    limits: () => ({
      maxEvents: Math.max(1, Math.min(events, Math.ceil(largest.maxBytes / bytesOfEvent))),
      maxBytes: largest.maxBytes,
    }),
    note: (range) => {
      bytesOfEvent = Math.max(1, range.payloadBytes / Math.max(1, range.events))
      events = Math.min(range.isFull ? events * GROWTH : FIRST_EVENTS, largest.maxEvents)
    },
  }
}
