/** The one place where an error of the ClickHouse client becomes a `Problem`. What it does not know stays as it is: a bug. */
import { ClickHouseError } from '@clickhouse/client'
import { Problem } from '../problem.ts'
import { warehouseDenied, warehouseOverloaded, warehouseUnreachable } from './problems.ts'

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** ClickHouse's own numbers: NETWORK_ERROR, SOCKET_TIMEOUT, ALL_CONNECTION_TRIES_FAILED, NO_ZOOKEEPER, KEEPER_EXCEPTION, TABLE_IS_READ_ONLY. */
const UNREACHABLE = new Set(['210', '209', '279', '225', '999', '242'])
/** TIMEOUT_EXCEEDED, TOO_MANY_SIMULTANEOUS_QUERIES, MEMORY_LIMIT_EXCEEDED, NOT_ENOUGH_SPACE, TOO_MANY_PARTS, QUERY_WAS_CANCELLED. */
const OVERLOADED = new Set(['159', '202', '241', '243', '252', '394'])
/** A full disk has as many numbers as there are ways to write: the system's own words are in the text. */
const FULL_DISK = /No space left on device|Disk quota exceeded/
/** AUTHENTICATION_FAILED, READONLY, ACCESS_DENIED, WRONG_PASSWORD, REQUIRED_PASSWORD. */
const DENIED = new Set(['516', '164', '497', '193', '194'])

/** Translates what the client threw; a `Problem`, or what it does not know, is returned as it came. */
export function toWarehouseProblem(error: unknown): unknown {
  if (error instanceof Problem) return error
  if (error instanceof ClickHouseError) {
    const facts = { code: error.code, type: error.type ?? 'unknown' }
    if (UNREACHABLE.has(facts.code)) return warehouseUnreachable(facts, error)
    if (OVERLOADED.has(facts.code) || FULL_DISK.test(error.message)) return warehouseOverloaded(facts, error)
    if (DENIED.has(facts.code)) return warehouseDenied(facts, error)
    return error
  }
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined && SOCKET_CODES.has(code)) return warehouseUnreachable({ code }, error)
  if (/socket hang up|Timeout error|aborted/i.test(error.message))
    return warehouseUnreachable({ code: 'closed' }, error)
  return error
}
