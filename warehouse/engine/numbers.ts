/** Counters for `/metrics`: bounded labels, no ids, no texts. */

export interface EngineNumbers {
  /** By kind of statement and outcome. */
  readonly statements: readonly {
    readonly kind: string
    readonly outcome: 'ok' | 'error'
    readonly count: number
  }[]
  readonly seconds: number
  readonly readRows: number
  readonly writtenRows: number
  readonly resultBytes: number
  readonly running: number
  readonly waiting: number
}

export interface Finished {
  readonly kind: string
  readonly outcome: 'ok' | 'error'
  readonly seconds: number
  readonly readRows: number
  readonly writtenRows: number
  readonly resultBytes: number
}

const KINDS = new Set([
  'select',
  'insert',
  'create',
  'alter',
  'drop',
  'show',
  'describe',
  'kill',
  'optimize',
  'exchange',
  'rename',
])

export function createNumbers() {
  const counts = new Map<string, { kind: string; outcome: 'ok' | 'error'; count: number }>()
  const sums = { seconds: 0, readRows: 0, writtenRows: 0, resultBytes: 0 }
  return {
    add: (finished: Finished) => {
      const kind = KINDS.has(finished.kind) ? finished.kind : 'other'
      const key = `${kind} ${finished.outcome}`
      const entry = counts.get(key) ?? { kind, outcome: finished.outcome, count: 0 }
      entry.count += 1
      counts.set(key, entry)
      sums.seconds += finished.seconds
      sums.readRows += finished.readRows
      sums.writtenRows += finished.writtenRows
      sums.resultBytes += finished.resultBytes
    },
    read: (now: { running: number; waiting: number }): EngineNumbers => ({
      statements: [...counts.values()].map((entry) => ({ ...entry })),
      ...sums,
      ...now,
    }),
  }
}
