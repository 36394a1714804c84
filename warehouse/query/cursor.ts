/**
 * Keyset paging: a page is what comes after (or before) the key of a row, so rows that arrive meanwhile shift nothing. The
 * order is (sort value, id), a total one. Pure but for the query that it is given.
 */
import { z } from 'zod'
import type { PageInfo } from '../contract.ts'
import { cursorInvalid } from '../problems.ts'
import type { Condition } from './emw.ts'

const Cursor = z.object({
  /** Which list and sort it belongs to. */
  of: z.string(),
  to: z.enum(['next', 'previous']),
  key: z.string(),
  id: z.string(),
})
export type Cursor = z.infer<typeof Cursor>

export interface Sort {
  /** Names the list, the column and the direction: a cursor of another is refused. */
  readonly name: string
  /** The expression sorted by, never null. */
  readonly column: string
  readonly type: "DateTime64(6, 'UTC')" | 'String'
  readonly id: string
  readonly direction: 'asc' | 'desc'
}

const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/

/** @throws WAREHOUSE_CURSOR_INVALID */
export function parseCursor(text: string | undefined, sort: Sort): Cursor | null {
  if (text === undefined || text === '') return null
  const cursor = Cursor.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')))
  if (!cursor.success || cursor.data.of !== sort.name) throw cursorInvalid({})
  if (sort.type !== 'String' && !INSTANT.test(cursor.data.key)) throw cursorInvalid({})
  return cursor.data
}

export function printCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The end of a select over `sort`: rows past the cursor, one more than `limit` to see whether others follow; `order` is its order alone. */
export function pageClause(
  sort: Sort,
  cursor: Cursor | null,
  limit: number,
): Condition & { readonly order: string } {
  const forward = cursor?.to !== 'previous'
  const descending = (sort.direction === 'desc') === forward
  const order = descending ? 'desc' : 'asc'
  const past = `and (${sort.column}, ${sort.id}) ${descending ? '<' : '>'} ({cursor_key:${sort.type}}, {cursor_id:String})`
  const orderBy = `order by ${sort.column} ${order}, ${sort.id} ${order}`
  return {
    sql: `${cursor === null ? '' : past} ${orderBy} limit {page_rows:UInt32}`,
    order: orderBy,
    params: {
      page_rows: limit + 1,
      ...(cursor === null ? {} : { cursor_key: cursor.key, cursor_id: cursor.id }),
    },
  }
}

export interface KeyedRow {
  /** The sort value as text, as ClickHouse writes it. */
  readonly sort_key: string
  readonly sort_id: string
}

/** The rows of a page in the list's order, and where to go from it. */
export function toPage<Row extends KeyedRow>(
  fetched: readonly Row[],
  page: { readonly sort: Sort; readonly cursor: Cursor | null; readonly limit: number },
): { readonly rows: readonly Row[] } & Pick<PageInfo, 'next' | 'previous'> {
  const { sort, cursor, limit } = page
  const backward = cursor?.to === 'previous'
  const kept = fetched.slice(0, limit)
  const rows = backward ? kept.toReversed() : kept
  const isMore = fetched.length > limit
  const to = (direction: 'next' | 'previous', row: Row | undefined): string | null =>
    row === undefined
      ? null
      : printCursor({ of: sort.name, to: direction, key: row.sort_key, id: row.sort_id })
  return {
    rows,
    next: backward || isMore ? to('next', rows.at(-1)) : null,
    previous: (backward ? isMore : cursor !== null) ? to('previous', rows[0]) : null,
  }
}
