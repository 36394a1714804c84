/** How a benchmark tells its figure: a table for people, one JSON object for programs. */
import { loadavg } from 'node:os'

export type Row = Readonly<Record<string, string | number | null>>

export interface Goal {
  /** In the unit of the figure. */
  readonly value: number
  readonly text: string
  readonly met: boolean
}

export interface Figure {
  readonly bench: string
  readonly figure: number
  readonly unit: string
  /** The most, or the least, that this machine can do, measured in the same run. */
  readonly limit: number
  readonly limit_is: string
  /** The first goal, then those after it. */
  readonly goals: readonly [Goal, ...Goal[]]
  readonly more: Readonly<Record<string, unknown>>
}

/** What is told is not more exact than what was measured. */
export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

/** Prints the figure with its ratio to the limit, each goal, and how busy the machine was. */
export function report(
  figure: Figure,
  { json, rows }: { readonly json: boolean; readonly rows: readonly Row[] },
): void {
  const { goals, more, ...told } = figure
  const ratio = rounded(figure.figure / figure.limit, 2)
  const load = loadavg().map((value) => rounded(value, 2))
  if (json) {
    const [{ value: goal, met }] = goals
    console.log(JSON.stringify({ ...told, ratio, goal, met, goals, ...more, load_average: load }))
    return
  }
  console.table(rows)
  console.log(
    `${figure.bench}: ${figure.figure} ${figure.unit}; ${figure.limit} is ${figure.limit_is}, ratio ${ratio}`,
  )
  for (const { text, met } of goals) console.log(`  goal ${text}: ${met ? 'met' : 'not met'}`)
  console.log(`  load average of the machine ${load.join(' ')}`)
}

/** What a benchmark is at; on stderr, so that stdout stays what `--json` promises. */
export function say(line: string): void {
  console.error(line)
}

/** A generator that used up its core says nothing about the platform. */
export function warnOfGenerator({ cpuShare }: { readonly cpuShare: number }): void {
  if (cpuShare > 0.9)
    say(`The generator used ${rounded(cpuShare, 2)} of a core: it may be what was measured.`)
}
