/** Time that passes only when nobody has anything to do, for tests of the generator. */
import { setImmediate } from 'node:timers/promises'

export interface VirtualClock {
  nowMs(): number
  sleep(ms: number): Promise<void>
  /** Work that holds the whole process up. */
  block(ms: number): void
  /** Lets time pass until `done` has settled. */
  passUntil<Result>(done: Promise<Result>): Promise<Result>
}

export function createVirtualClock(): VirtualClock {
  let now = 0
  let sleepers: { readonly at: number; readonly wake: () => void }[] = []
  return {
    nowMs: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: now + ms, wake })),
    block(ms) {
      now += ms
    },
    async passUntil(done) {
      const state = { isOver: false }
      const over = done.finally(() => (state.isOver = true))
      while (!state.isOver) {
        for (let turn = 0; turn < 3; turn += 1) await setImmediate()
        const at = Math.min(...sleepers.map((sleeper) => sleeper.at))
        if (!Number.isFinite(at)) continue
        now = Math.max(now, at)
        const woken = sleepers.filter((sleeper) => sleeper.at <= now)
        sleepers = sleepers.filter((sleeper) => sleeper.at > now)
        for (const { wake } of woken) wake()
      }
      return over
    },
  }
}
