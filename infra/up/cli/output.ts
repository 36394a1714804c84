/** What a command says: one JSON object, or lines for people. */
import { Problem, toErrorLines } from '#infra/platform/index.ts'

export interface Output {
  readonly json: boolean
  readonly stdout: (text: string) => void
}

/** The whole answer of a command. `human` is only called when people read. */
export function print(output: Output, answer: Readonly<Record<string, unknown>>, human: () => string): void {
  output.stdout(output.json ? `${JSON.stringify(answer)}\n` : `${human()}\n`)
}

/** `name  value` lines, aligned; empty values are left out. */
export function toLines(answer: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(answer).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  )
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join('\n')
}

/** Rows under their column names, aligned. */
export function toTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [columns, ...rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A refusal as people read it: the sentence, then the code to search for. Of bugs the place, without what was typed. */
export function toErrorText(error: unknown): string {
  if (error instanceof Problem) {
    const cause = error.cause instanceof Problem ? `\n  because: ${error.cause.message}` : ''
    return `casehouse: ${error.message} [${error.code}]${cause}`
  }
  return `casehouse: ${toErrorLines(error)}`
}
