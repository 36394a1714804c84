/** Runs something when asked, but never twice at a time and never more often than a given pace. */

export interface Pacer {
  /** Asks for a run: now, or as soon as the pace allows; askings in between become one. */
  ask(): void
  isBusy(): boolean
  close(): void
}

/** @param everyMs milliseconds between the start of two runs */
export function createPacer(deps: { readonly run: () => Promise<void>; readonly everyMs: number }): Pacer {
  let timer: ReturnType<typeof setTimeout> | null = null
  let running = false
  let again = false
  let notBefore = 0

  async function start(): Promise<void> {
    timer = null
    running = true
    notBefore = performance.now() + deps.everyMs
    // A failed refresh leaves the old numbers, which say their own "as of"; the next tick tries again.
    await deps.run().catch(() => undefined)
    running = false
    if (again) ask()
  }

  function ask(): void {
    if (running) {
      again = true
      return
    }
    again = false
    if (timer !== null) return
    const wait = notBefore - performance.now()
    if (wait <= 0) void start()
    else timer = setTimeout(() => void start(), wait)
  }

  return {
    ask,
    isBusy: () => running || again || timer !== null,
    close() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      again = false
    },
  }
}
