/**
 * Names of tables and columns in the database, as other servers make them, so that exports, SQL and tools that know those names keep
 * working. Hashes make cut names unique; they protect nothing.
 * Source: reference §6.9.
 */
import { createHash } from 'node:crypto'

const TABLE_LENGTH_MAX = 50
const COLUMN_LENGTH_MAX = 63
const HASH_LENGTH = 8

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

/** Everything beyond ASCII as an escape, the way the hashed name is spelt: `è` is `\xe8`. */
function escape(text: string): string {
  return text.replace(/[\\\n\r\t]|[^\x20-\x7e]/gu, (found) => {
    const known = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[found]
    const code = found.codePointAt(0) ?? 0
    const hex = (width: number): string => code.toString(16).padStart(width, '0')
    return known ?? (code < 0x100 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`)
  })
}

interface CutOptions {
  readonly maxLength: number
  /** Cut at the beginning, so that the end of the name stays. */
  readonly fromLeft: boolean
}

/** A name that fits: a long one loses its beginning or end for `_` and eight digits of its hash. */
export function cutName(name: string, { maxLength, fromLeft }: CutOptions): string {
  const escaped = escape(name)
  if (escaped.length <= maxLength) return name
  const kept = maxLength - HASH_LENGTH - 1
  const part = fromLeft ? escaped.slice(-kept) : escaped.slice(0, kept)
  return `${part}_${sha1(escaped).slice(0, HASH_LENGTH)}`
}

/** `ucr_<domain>_<table_id>_<hash>`, at most 50 characters; the hash survives. */
export function tableName(domain: string, tableId: string): string {
  const hash = sha1(`${sha1(domain)}_${tableId}`).slice(0, HASH_LENGTH)
  const left = `ucr_${domain}_${tableId}`
  return `${left.slice(0, TABLE_LENGTH_MAX - HASH_LENGTH - 1)}_${hash}`
}

/** The column id, or beyond 63 characters its end and a hash. */
export function columnName(columnId: string): string {
  return cutName(columnId, { maxLength: COLUMN_LENGTH_MAX, fromLeft: true })
}
