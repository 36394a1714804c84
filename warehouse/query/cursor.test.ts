import { describe, expect, it } from 'vitest'
import { pageClause, parseCursor, printCursor, toPage, type Sort } from './cursor.ts'

const SORT: Sort = {
  name: 'forms',
  column: 'at',
  type: "DateTime64(6, 'UTC')",
  id: 'form_id',
  direction: 'desc',
}
const KEY = '2024-03-01 08:00:00.000000'
const cursor = (more: object) => printCursor({ of: 'forms', to: 'next', key: KEY, id: 'f', ...more })
const row = (id: string, is_past = true) => ({ is_past, sort_key: KEY, sort_id: id })

describe('cursor', () => {
  it('comes back as it was printed', () => {
    expect(parseCursor(cursor({}), SORT)).toEqual({ of: 'forms', to: 'next', key: KEY, id: 'f' })
  })

  it.each([
    ['of another list', cursor({ of: 'cases' })],
    ['with a key that is no instant', cursor({ key: 'x' })],
    ['of no known direction', cursor({ to: 'up' })],
    ['that is no JSON', 'abc'],
  ])('%s is refused', (_, text) => {
    expect(() => parseCursor(text, SORT)).toThrow(
      expect.objectContaining({ code: 'WAREHOUSE_CURSOR_INVALID' }),
    )
  })

  it('turns the order round to go back', () => {
    expect(pageClause(SORT, null, 2).sql).toBe('order by at desc, form_id desc limit {page_rows:UInt32}')
    const back = pageClause(SORT, parseCursor(cursor({ to: 'previous' }), SORT), 2)
    expect(back.isPast).toBe(
      "toBool((at, form_id) > ({cursor_key:DateTime64(6, 'UTC')}, {cursor_id:String})) as is_past",
    )
    expect(back.sql).toBe('order by is_past desc, at asc, form_id asc limit {page_rows:UInt32}')
  })
})

describe('page', () => {
  it('has neighbours only where there are rows', () => {
    const first = toPage([row('c'), row('b'), row('a')], { sort: SORT, cursor: null, limit: 2 })
    expect(first.rows.map((one) => one.sort_id)).toEqual(['c', 'b'])
    expect(first.previous).toBeNull()
    expect(parseCursor(first.next ?? '', SORT)).toMatchObject({ to: 'next', id: 'b' })
    const only = toPage([row('a')], { sort: SORT, cursor: null, limit: 2 })
    expect([only.next, only.previous]).toEqual([null, null])
    const last = parseCursor(cursor({}), SORT)
    const after = toPage([row('b'), row('x', false)], { sort: SORT, cursor: last, limit: 1 })
    expect(after.rows.map((one) => one.sort_id)).toEqual(['b'])
    expect(after.next).toBeNull()
  })
})
