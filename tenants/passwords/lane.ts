import { passwordsBusy } from '../problems.ts'

export interface Lane {
  /** Runs `work` once fewer than `maxConcurrent` others run. @throws TENANTS_PASSWORDS_BUSY when too many wait. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/**
 * A first-come queue with a width. Hashing a password is meant to be expensive; the lane keeps a flood of sign-ins from
 * taking the processor away from intake.
 */
export function createLane({
  maxConcurrent,
  maxWaiting,
}: {
  maxConcurrent: number
  maxWaiting: number
}): Lane {
  const waiting: (() => void)[] = []
  let running = 0

  async function acquire(): Promise<void> {
    if (running < maxConcurrent) {
      running += 1
      return
    }
    if (waiting.length >= maxWaiting) throw passwordsBusy({ waiting: waiting.length })
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function release(): void {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }

  return {
    async run(work) {
      await acquire()
      try {
        return await work()
      } finally {
        release()
      }
    },
  }
}
