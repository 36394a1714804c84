/** Faults × survivals, as one table. Pure. */
import type { Struck } from '../faults/strike-all.ts'
import { nameOf } from '../plan/fault.ts'

export interface Row {
  readonly fault: string
  readonly injected: number
  readonly survived: number
  /** Armed, and nobody came to the point; or the target was down already. */
  readonly missed: number
  /** From the end of the fault until a form sent after it was in the reports. */
  readonly p50Ms: number | null
  readonly maxMs: number | null
}

export function toRows(struck: readonly Struck[]): readonly Row[] {
  const groups = Map.groupBy(struck, ({ fault }) => nameOf(fault))
  return [...groups]
    .map(([fault, group]): Row => {
      const times = group.flatMap(({ visibleMs }) => visibleMs ?? []).sort((a, b) => a - b)
      const missed = group.filter(({ outcome }) => outcome === 'unreached' || outcome === 'absent').length
      return {
        fault,
        injected: group.length - missed,
        survived: group.filter(({ outcome }) => outcome === 'survived').length,
        missed,
        p50Ms: round(times[Math.floor(times.length / 2)]),
        maxMs: round(times.at(-1)),
      }
    })
    .sort((a, b) => (a.fault < b.fault ? -1 : 1))
}

const round = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms))

const HEAD = ['fault', 'injected', 'survived', 'missed', 'p50 s', 'max s'] as const

export function toTable(rows: readonly Row[]): string {
  const seconds = (ms: number | null): string => (ms === null ? '–' : (ms / 1_000).toFixed(1))
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0)
  const lines = [
    HEAD,
    ...rows.map((row) => [
      row.fault,
      String(row.injected),
      String(row.survived),
      String(row.missed),
      seconds(row.p50Ms),
      seconds(row.maxMs),
    ]),
    [
      'all',
      String(sum((row) => row.injected)),
      String(sum((row) => row.survived)),
      String(sum((row) => row.missed)),
      '',
      '',
    ],
  ]
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
