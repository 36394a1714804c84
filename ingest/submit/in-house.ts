/**
 * What is in the lane, of each project space and in all, from the first wait to the answer; and how fast it leaves, so that
 * who is turned away can be told when to come again.
 */
import { openWindow, rollWindow, usedIn, type WindowCount } from '#infra/platform/index.ts'
import { laneFull } from './problems.ts'
import type { LaneMember } from './fair-queue.ts'

/** How much may be in the lane. */
export interface LaneBounds {
  readonly forms: number
  readonly spaceForms: number
  readonly bytes: number
  readonly spaceBytes: number
}

const MIB = 1024 * 1024
export const LANE_BOUNDS: LaneBounds = {
  forms: 2_000,
  spaceForms: 500,
  bytes: 256 * MIB,
  spaceBytes: 96 * MIB,
}

const DRAIN_MS = 5_000
const LONGEST_RETRY_SECONDS = 60

interface Held {
  forms: number
  bytes: number
}

export interface InHouse {
  /** Null: one more may come; else seconds until it is worth asking again. */
  fullFor(domain: string): number | null
  /** @throws INGEST_LANE_FULL */
  enter(member: LaneMember): void
  leave(member: LaneMember): void
  total(): Readonly<Held>
}

/**
 * @param boundsOf asked with every form: from memory
 * @param at milliseconds, to tell how fast the lane drains
 */
export function createInHouse(boundsOf: (domain: string) => LaneBounds, at: () => number): InHouse {
  const spaces = new Map<string, Held>()
  const total: Held = { forms: 0, bytes: 0 }
  let left: WindowCount = openWindow(DRAIN_MS, at())

  function fullFor(domain: string): number | null {
    const bounds = boundsOf(domain)
    const own = spaces.get(domain)
    const isFull = total.forms >= bounds.forms || total.bytes >= bounds.bytes
    const isOwnFull = own !== undefined && (own.forms >= bounds.spaceForms || own.bytes >= bounds.spaceBytes)
    if (!isFull && !isOwnFull) return null
    const perSecond = usedIn(left, DRAIN_MS, at()) / (DRAIN_MS / 1_000)
    // Spaces take turns, so each has its part of what leaves.
    const ahead = isOwnFull ? own.forms * spaces.size : total.forms
    const seconds = perSecond > 0 ? Math.ceil(ahead / perSecond) : LONGEST_RETRY_SECONDS
    return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, seconds))
  }

  return {
    fullFor,
    enter({ domain, bytes }) {
      const retryAfterSeconds = fullFor(domain)
      if (retryAfterSeconds !== null) throw laneFull({ retryAfterSeconds })
      const own = spaces.get(domain) ?? { forms: 0, bytes: 0 }
      spaces.set(domain, own)
      for (const held of [own, total]) {
        held.forms += 1
        held.bytes += bytes
      }
    },
    leave({ domain, bytes }) {
      const own = spaces.get(domain)
      if (!own) return
      for (const held of [own, total]) {
        held.forms -= 1
        held.bytes -= bytes
      }
      if (own.forms === 0) spaces.delete(domain)
      const rolled = rollWindow(left, DRAIN_MS, at())
      left = { ...rolled, count: rolled.count + 1 }
    },
    total: () => total,
  }
}
