/** Whether two rows say the same. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Row } from './expected-rows.ts'

/** Texts that hold a JSON document: the order of keys and what is null say nothing. */
const DOCUMENTS = new Set(['document', 'before', 'after'])
/** Lists that are sets. */
const SETS = new Set(['case_ids', 'group_ids', 'case_sharing_group_ids'])

/** @param columns those that count. */
export function isSameRow(expected: Row, found: Row, columns: readonly string[]): boolean {
  return columns.every((column) => isSame(column, expected[column], found[column]))
}

function isSame(column: string, expected: unknown, found: unknown): boolean {
  if (expected === found) return true
  if (DOCUMENTS.has(column)) return isDeepStrictEqual(parse(expected), parse(found))
  if (SETS.has(column)) return isDeepStrictEqual(toSorted(expected), toSorted(found))
  return isDeepStrictEqual(expected, found)
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return text
  try {
    return toBare(JSON.parse(text))
  } catch {
    return text
  }
}

/** Without nulls and what is empty without them: a form that could not be read has no `meta`, or one of nothing but nulls. */
function toBare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBare)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const bare = key === 'case_ids' ? toSorted(inner) : toBare(inner)
    const isNothing =
      bare === null || (typeof bare === 'object' && bare !== null && Object.keys(bare).length === 0)
    return isNothing ? [] : [[key, bare]]
  })
  return Object.fromEntries(entries)
}

function toSorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).sort() : value
}
