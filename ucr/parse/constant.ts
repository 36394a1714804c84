/**
 * Constants. A text that looks like a date or an instant becomes one as soon as the configuration is read, inside lists and objects too, and
 * a `datatype` beside it is not looked at. So `"2015-01-01"` equals a date, and never a text of a document.
 * Source: reference §6.3, `constant`.
 */
import { readConstantDate } from '../value/dates.ts'
import { TAG } from '../value/value.ts'
import type { Value } from '../value/value.ts'

export function readConstant(raw: unknown): Value {
  if (typeof raw === 'string') return readConstantDate(raw) ?? raw
  if (Array.isArray(raw)) return raw.map(readConstant)
  if (typeof raw === 'object' && raw !== null && !(TAG in raw))
    return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, readConstant(value)]))
  // JSON has nothing else, and code may give a value that is one already.
  return raw as Value
}
