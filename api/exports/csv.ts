/** Comma-separated values as RFC 4180, for people who open them in a spreadsheet. */

export type Cell = string | number | null

/** A cell that a spreadsheet would run as a formula gets an apostrophe before it; a negative number is a number. */
function toCsvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const ROWS_PER_CHUNK = 500

/** Chunks of text; begins with a byte order mark, without which Excel takes UTF-8 for something else. */
export async function* writeCsv(rows: Iterable<readonly Cell[]>): AsyncGenerator<string> {
  let chunk = '\uFEFF'
  let count = 0
  for (const row of rows) {
    chunk += `${row.map(toCsvCell).join(',')}\r\n`
    count += 1
    if (count % ROWS_PER_CHUNK === 0) {
      yield chunk
      chunk = ''
    }
  }
  yield chunk
}
