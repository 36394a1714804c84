/** Lists of the REST API: `meta` and `objects`. Source: reference §10.1. */
import { z } from 'zod'
import { filterInvalid } from '../problems.ts'
import { parseFilterInstant } from './instants.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 1_000

/** The query as single texts; of a repeated parameter the last one counts. */
export const RestQuery = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .transform((query) =>
    Object.fromEntries(
      Object.entries(query).map(([name, value]) => [
        name,
        Array.isArray(value) ? (value.at(-1) ?? '') : value,
      ]),
    ),
  )
export type RestQuery = Readonly<Record<string, string>>

export interface Paging {
  readonly limit: number
  readonly offset: number
}

function parseCount(query: RestQuery, name: string, missing: number): number {
  const text = query[name]
  if (text === undefined || text === '') return missing
  if (!/^\d{1,9}$/.test(text)) throw filterInvalid({ filter: name, expected: 'a number of at least 0' })
  return Number(text)
}

/** `limit` 0 asks for as many as one page may have. @throws API_FILTER_INVALID */
export function parsePaging(query: RestQuery): Paging {
  const limit = parseCount(query, 'limit', DEFAULT_LIMIT)
  return {
    limit: limit === 0 ? MAX_LIMIT : Math.min(limit, MAX_LIMIT),
    offset: parseCount(query, 'offset', 0),
  }
}

/** @throws API_FILTER_INVALID */
export function parseFlag(query: RestQuery, name: string): boolean | undefined {
  const text = query[name]?.toLowerCase()
  if (text === undefined || text === '') return undefined
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw filterInvalid({ filter: name, expected: 'true or false' })
}

/** `<name>_start` and `<name>_end`. @throws API_FILTER_INVALID */
export function parseRange(
  query: RestQuery,
  name: string,
): { start?: string | undefined; end?: string | undefined } {
  const read = (edge: 'start' | 'end') => {
    const text = query[`${name}_${edge}`]
    return text === undefined || text === '' ? undefined : parseFilterInstant(`${name}_${edge}`, text, edge)
  }
  return { start: read('start'), end: read('end') }
}

/** `-received_on` → received_on, descending. @throws API_FILTER_INVALID */
export function parseOrder<Name extends string>(
  query: RestQuery,
  { names, missing }: { names: readonly Name[]; missing: { orderBy: Name; descending: boolean } },
): { orderBy: Name; descending: boolean } {
  const text = query.order_by
  if (text === undefined || text === '') return missing
  const descending = text.startsWith('-')
  const orderBy = names.find((name) => name === text.replace(/^-/, ''))
  if (orderBy === undefined)
    throw filterInvalid({
      filter: 'order_by',
      expected: `one of ${names.join(', ')}, with or without a minus`,
    })
  return { orderBy, descending }
}

export const Meta = z.object({
  limit: z.number(),
  next: z.string().nullable(),
  offset: z.number(),
  previous: z.string().nullable(),
  total_count: z.number(),
})

/** `next` and `previous` keep all other parameters, as they came. */
export function toMeta(query: RestQuery, { limit, offset }: Paging, total: number): z.infer<typeof Meta> {
  const link = (at: number) => {
    const { limit: _limit, offset: _offset, ...others } = query
    return `?${new URLSearchParams({ limit: String(limit), offset: String(at), ...others }).toString()}`
  }
  return {
    limit,
    next: offset + limit < total ? link(offset + limit) : null,
    offset,
    previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
    total_count: total,
  }
}
