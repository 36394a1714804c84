/** Sorting of rows that are all on the page. Pure and stable; nulls always last, whatever the direction. */

export type Direction = 'asc' | 'desc'
export type Cell = string | number | null

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return collator.compare(String(a), String(b))
}

/** @param cell what a row is sorted by */
export function sortRows<Row>(rows: readonly Row[], cell: (row: Row) => Cell, direction: Direction): Row[] {
  const sign = direction === 'asc' ? 1 : -1
  return [...rows].sort((left, right) => {
    const [a, b] = [cell(left), cell(right)]
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
    return sign * compare(a, b)
  })
}

/** Rows whose text holds every word of the search, in any case and without regard to accents. */
export function searchRows<Row>(rows: readonly Row[], text: (row: Row) => string, search: string): Row[] {
  const words = fold(search).split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const folded = fold(text(row))
    return words.every((word) => folded.includes(word))
  })
}

function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}
