import type { ObjectStore } from '../store/object-store.ts'

export interface CountingStore extends ObjectStore {
  /** Reads since the last `reset`. */
  counts(): { readonly ranged: number; readonly whole: number }
  reset(): void
}

/** A store that counts what it is asked for. */
export function createCountingStore(store: ObjectStore): CountingStore {
  let counted = { ranged: 0, whole: 0 }
  return {
    ...store,
    async read(name, range) {
      counted = {
        ranged: counted.ranged + (range === undefined ? 0 : 1),
        whole: counted.whole + (range === undefined ? 1 : 0),
      }
      return store.read(name, range)
    },
    counts: () => counted,
    reset() {
      counted = { ranged: 0, whole: 0 }
    },
  }
}
