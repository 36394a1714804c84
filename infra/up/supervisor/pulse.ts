/** Whether a process still turns its event loop: asked at a steady pace, and given up after a number of missed answers. */
export interface Pulse {
  answered(): void
  /** To be called at the pace of `everyMs`. */
  tick(nowMs: number): 'ask' | 'wait' | 'hung'
}

export interface PulseOptions {
  readonly everyMs: number
  /** Answers missed in a row before the process counts as hung. */
  readonly maxMissed: number
}

/** A tick later than this part of its interval says that we ourselves were held up: it counts nothing against the other. */
const LATE = 1.5

/** Pure. A machine that slept, or is too busy to run the supervisor on time, makes nobody look hung. */
export function createPulse({ everyMs, maxMissed }: PulseOptions): Pulse {
  let isAnswered = true
  let missed = 0
  let tickedAtMs: number | undefined
  return {
    answered() {
      isAnswered = true
      missed = 0
    },
    tick(nowMs) {
      const isOnTime = tickedAtMs !== undefined && nowMs - tickedAtMs < everyMs * LATE
      tickedAtMs = nowMs
      if (isAnswered) {
        isAnswered = false
        return 'ask'
      }
      if (isOnTime) missed += 1
      return missed >= maxMissed ? 'hung' : 'wait'
    },
  }
}
