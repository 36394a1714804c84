/** How a benchmark tells its figure: a table for people, one JSON object for programs. */
import { loadavg } from 'node:os'

export type Cell = string | number | null

export interface Figure {
  readonly bench: string
  readonly figure: number
  readonly unit: string
  /** The most, or least, that this machine can do, measured in the same run. */
  readonly limit: number
  /** Of what the limit is. */
  readonly limit_is: string
  readonly goal: string
  readonly met: boolean
  readonly [more: string]: unknown
}

/** To three digits after the point at most: what is told is not more exact than what was measured. */
export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

/** Prints the figure with its ratio to the limit, and how busy the machine was. Words go to stderr with `json`. */
export function report(
  figure: Figure,
  { json, rows }: { readonly json: boolean; readonly rows: readonly Readonly<Record<string, Cell>>[] },
): void {
  const ratio = rounded(figure.figure / figure.limit, 2)
  const load = loadavg().map((value) => rounded(value, 2))
  if (json) {
    console.log(JSON.stringify({ ...figure, ratio, load_average: load }))
    return
  }
  console.table(rows)
  const limit = `${rounded(figure.limit, 2)} is ${figure.limit_is}, ratio ${ratio}`
  console.log(`${figure.bench}: ${rounded(figure.figure, 2)} ${figure.unit}; ${limit}`)
  console.log(`goal ${figure.goal}: ${figure.met ? 'met' : 'not met'}; load average ${load.join(' ')}`)
}

/** What a benchmark is at; on stderr, so that stdout stays one object. */
export function say(line: string): void {
  console.error(line)
}
