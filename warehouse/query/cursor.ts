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

export interface PageClause extends Condition {
  /** Whether a row lies past the cursor, for the columns of the select. */
  readonly isPast: string
}

/**
 * The end of a select over `sort`, one row more than `limit` to see whether others follow. Rows past the cursor come first,
 * the others are dropped by `toPage`: so one scan finds the page and counts the whole list (`askPage`).
 */
export function pageClause(sort: Sort, cursor: Cursor | null, limit: number): PageClause {
  const forward = cursor?.to !== 'previous'
  const descending = (sort.direction === 'desc') === forward
  const order = descending ? 'desc' : 'asc'
  const past = `(${sort.column}, ${sort.id}) ${descending ? '<' : '>'} ({cursor_key:${sort.type}}, {cursor_id:String})`
  return {
    isPast: `toBool(${cursor === null ? 'true' : past}) as is_past`,
    sql: `order by ${cursor === null ? '' : 'is_past desc, '}${sort.column} ${order}, ${sort.id} ${order} limit {page_rows:UInt32}`,
    params: {
      page_rows: limit + 1,
      ...(cursor === null ? {} : { cursor_key: cursor.key, cursor_id: cursor.id }),
    },
  }
}

export interface KeyedRow {
  readonly is_past: boolean
  /** The sort value as text, as ClickHouse writes it. */
  readonly sort_key: string
  readonly sort_id: string
}

/** Columns of a select that `toPage` reads. */
export const Keyed = z.object({ is_past: z.boolean(), sort_key: z.string(), sort_id: z.string() })

/** The rows of a page in the list's order, and where to go from it. */
export function toPage<Row extends KeyedRow>(
  fetched: readonly Row[],
  page: { readonly sort: Sort; readonly cursor: Cursor | null; readonly limit: number },
): { readonly rows: readonly Row[] } & Pick<PageInfo, 'next' | 'previous'> {
  const { sort, cursor, limit } = page
  const backward = cursor?.to === 'previous'
  const past = fetched.filter((row) => row.is_past)
  const kept = past.slice(0, limit)
  const rows = backward ? kept.toReversed() : kept
  const isMore = past.length > limit
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
