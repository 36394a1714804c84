import { passwordsBusy } from '../problems.ts'

export interface Lane {
  /**
   * Runs `work` once fewer than `maxConcurrent` others run.
   * @param known an account that may go before strangers; at most so many times at once that nobody can fill the lane
   *   by its name alone
   * @throws TENANTS_PASSWORDS_BUSY when too many wait.
   */
  run<T>(work: () => Promise<T>, known?: string): Promise<T>
  /** How many wait. */
  waiting(): number
}

interface Waiting {
  readonly known: string | undefined
  readonly go: () => void
}

const MOST_OF_ONE = 2

/**
 * A first-come queue with a width, in which known accounts go first. Hashing a password is meant to be expensive; the lane
 * keeps a flood of sign-ins from taking the processor away from intake, and from keeping out those who were here before.
 */
export function createLane({
  maxConcurrent,
  maxWaiting,
}: {
  maxConcurrent: number
  maxWaiting: number
}): Lane {
  const first: Waiting[] = []
  const others: Waiting[] = []
  let running = 0

  /** Known accounts have room of their own, as much again. */
  function queueFor(known: string | undefined): Waiting[] {
    const isFew = known !== undefined && first.filter((one) => one.known === known).length < MOST_OF_ONE
    return isFew && first.length < maxWaiting ? first : others
  }

  async function acquire(known: string | undefined): Promise<void> {
    if (running < maxConcurrent) {
      running += 1
      return
    }
    const queue = queueFor(known)
    if (queue.length >= maxWaiting) throw passwordsBusy({ waiting: first.length + others.length })
    await new Promise<void>((go) => queue.push({ known, go }))
  }

  function release(): void {
    const next = first.shift() ?? others.shift()
    if (next) next.go()
    else running -= 1
  }

  return {
    async run(work, known) {
      await acquire(known)
      try {
        return await work()
      } finally {
        release()
      }
    },
    waiting: () => first.length + others.length,
  }
}
