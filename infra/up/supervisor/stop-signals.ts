/**
 * When to stop: SIGINT, SIGTERM, SIGHUP, or the end of the program that started us. One Ctrl-C may arrive several times at
 * once (from the terminal, from npm, from the bootstrap), so only a later one counts as the second.
 */
export interface StopSignals {
  readonly signal: AbortSignal
  /** Called when the operator insists. */
  onSecond(force: () => void): void
  close(): void
}

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const SAME_PRESS_MS = 1_000

export function createStopSignals(source: NodeJS.Process, now: () => number): StopSignals {
  const controller = new AbortController()
  let firstAt: number | undefined
  let force: (() => void) | undefined
  const stop = (): void => {
    if (firstAt === undefined) {
      firstAt = now()
      controller.abort()
      return
    }
    if (now() - firstAt > SAME_PRESS_MS) force?.()
  }
  const parentGone = (): void => {
    firstAt ??= now()
    controller.abort()
  }
  for (const name of NAMES) source.on(name, stop)
  source.on('disconnect', parentGone)
  // The channel alone must not keep a finished command alive.
  source.channel?.unref()
  return {
    signal: controller.signal,
    onSecond(action) {
      force = action
    },
    close() {
      for (const name of NAMES) source.off(name, stop)
      source.off('disconnect', parentGone)
    },
  }
}
