/** The newest result of a panel: the old numbers stay on screen until the new ones have come, so that nothing jumps. */
import type { Eventually, PanelResult } from '#lib/panel.ts'

export type Latest<T> = PanelResult<T> | { readonly kind: 'loading' }

/**
 * Follows a value that may be a promise, and may be replaced by another one at any time.
 * @param read is called again whenever what it reads changes
 */
export function latest<T>(read: () => Eventually<T>): { readonly current: Latest<T> } {
  let arrived = $state.raw<Latest<T>>({ kind: 'loading' })
  const source = $derived(read())
  // An effect, because it waits for something outside of the page: a promise that the server still owes.
  $effect(() => {
    if (!(source instanceof Promise)) {
      arrived = source
      return undefined
    }
    let replaced = false
    const keep = (result: Latest<T>): void => {
      if (!replaced) arrived = result
    }
    source.then(keep, () => keep(BROKEN_OFF))
    return () => {
      replaced = true
    }
  })
  return {
    get current() {
      return source instanceof Promise ? arrived : source
    },
  }
}

const BROKEN_OFF: PanelResult<never> = {
  kind: 'failed',
  problem: {
    code: 'DASHBOARDS_ANSWER_LOST',
    error: 'The connection broke off while this panel was loading.',
  },
}
