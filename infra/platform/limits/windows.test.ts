import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openWindow, rollWindow, usedIn, waitForRoom, type WindowCount } from './windows.ts'

const MINUTE = 60_000
const at = (startedAt: number, count: number, before = 0): WindowCount => ({ startedAt, count, before })

describe('a sliding window', () => {
  it('counts the window before for the part that still reaches into now', () => {
    expect(usedIn(at(MINUTE, 4, 10), MINUTE, MINUTE)).toBe(14)
    expect(usedIn(at(MINUTE, 4, 10), MINUTE, MINUTE * 1.75)).toBe(6.5)
    expect(usedIn(at(MINUTE, 4, 10), MINUTE, MINUTE * 2)).toBe(4)
    expect(usedIn(at(MINUTE, 4, 10), MINUTE, MINUTE * 3)).toBe(0)
  })

  it('rolls on, and forgets what is older than the window before', () => {
    expect(rollWindow(at(0, 7, 3), MINUTE, MINUTE + 1)).toEqual(at(MINUTE, 0, 7))
    expect(rollWindow(at(0, 7, 3), MINUTE, 5 * MINUTE)).toEqual(at(5 * MINUTE, 0, 0))
    expect(rollWindow(at(MINUTE, 7, 3), MINUTE, 0)).toEqual(at(MINUTE, 7, 3))
  })

  it('has no room ever under a limit of 0', () => {
    expect(waitForRoom(openWindow(MINUTE, 5), MINUTE, 0, 5)).toBe(Number.POSITIVE_INFINITY)
  })

  it('says exactly when there is room again', () => {
    const asked = fc.record({
      count: fc.nat(500),
      before: fc.nat(500),
      limit: fc.double({ min: 0.1, max: 400, noNaN: true }),
      elapsed: fc.nat(MINUTE - 1),
    })
    const property = fc.property(asked, ({ count, before, limit, elapsed }) => {
      const window = at(10 * MINUTE, count, before)
      const now = 10 * MINUTE + elapsed
      const waitMs = waitForRoom(window, MINUTE, limit, now)
      const usedAfter = (ms: number): number => usedIn(window, MINUTE, now + ms)
      if (waitMs === 0) return usedAfter(0) < limit
      // Not much earlier either: in a millisecond less than 0.1 is forgotten.
      return usedAfter(0) >= limit && usedAfter(waitMs + 1) < limit && usedAfter(waitMs - 1) > limit - 0.1
    })
    expect(fc.check(property).counterexample).toBeNull()
  })
})
