/** Lets so many through at once; the others wait, project space by project space in turns, and no more than may wait. */

export interface Turnstile {
  /** @throws what `toProblem` makes when too many wait, and what `work` throws */
  run<Result>(domain: string, work: () => Promise<Result>): Promise<Result>
  load(): { readonly running: number; readonly waiting: number }
}

export interface TurnstileOptions {
  /** Each is asked with every call, so from memory. */
  readonly width: () => number
  readonly mayWait: () => number
  readonly mayWaitOf: (domain: string) => number
  readonly toProblem: () => Error
}

export function createTurnstile({ width, mayWait, mayWaitOf, toProblem }: TurnstileOptions): Turnstile {
  /** Who waits of each space; the first space is next. */
  const lines = new Map<string, (() => void)[]>()
  let running = 0
  let waiting = 0

  async function acquire(domain: string): Promise<void> {
    if (running < width() && waiting === 0) {
      running += 1
      return
    }
    const line = lines.get(domain) ?? []
    if (waiting >= mayWait() || line.length >= mayWaitOf(domain)) throw toProblem()
    lines.set(domain, line)
    waiting += 1
    await new Promise<void>((go) => line.push(go))
  }

  function release(): void {
    running -= 1
    while (running < width()) {
      const [next] = lines
      if (!next) return
      const [domain, line] = next
      const go = line.shift()
      // Behind the others, if it has more.
      lines.delete(domain)
      if (line.length > 0) lines.set(domain, line)
      if (!go) continue
      waiting -= 1
      running += 1
      go()
    }
  }

  return {
    async run(domain, work) {
      await acquire(domain)
      try {
        return await work()
      } finally {
        release()
      }
    },
    load: () => ({ running, waiting }),
  }
}
