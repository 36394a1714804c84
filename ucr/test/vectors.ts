/** The vectors derived from the open-source server's own tests: where they lie, how one is read, and when a result equals what it says. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { decimalToNumber } from '../value/decimal.ts'
import { equals, floatIn } from '../value/compare.ts'
import { readDay, readInstant } from '../value/dates.ts'
import { readDecimal } from '../value/numbers.ts'
import { isDict, isList, kindOf, member } from '../value/value.ts'
import type { DecimalValue, DictValue, Value } from '../value/value.ts'

const FILE = join(import.meta.dirname, '../../../shared/data/ucr-vectors.json')

const Vector = z.looseObject({
  suite: z.string(),
  name: z.string(),
  kind: z.string(),
  op: z.string().optional(),
  spec: z.unknown(),
  expect_error: z.boolean().optional(),
  error: z.string().optional(),
  expected_type: z.string().optional(),
  places: z.number().optional(),
  match: z.string().optional(),
  named: z.object({ expressions: z.unknown().optional(), filters: z.unknown().optional() }).optional(),
  iteration: z.number().optional(),
  language: z.string().optional(),
  now: z.string().optional(),
  ledger: z.record(z.string(), z.number()).optional(),
  db: z.array(z.record(z.string(), z.unknown())).optional(),
})
export type Vector = z.infer<typeof Vector>

/** All vectors, or null where the shared folder is not beside the project. */
export function readVectors(): readonly Vector[] | null {
  if (!existsSync(FILE)) return null
  return z.object({ vectors: z.array(Vector) }).parse(JSON.parse(readFileSync(FILE, 'utf8'))).vectors
}

/** `{"$date": …}` and its like as values, anywhere in the JSON. */
export function decode(json: unknown): Value {
  if (Array.isArray(json)) return json.map(decode)
  if (json === undefined) return null
  if (typeof json !== 'object' || json === null) return json as Value
  const entries = Object.entries(json)
  const [key, text] = entries[0] ?? ['', null]
  if (entries.length === 1 && typeof text === 'string') {
    if (key === '$date') return readDay(text)
    if (key === '$datetime') return readInstant(text)
    if (key === '$decimal') return readDecimal(text)
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, decode(value)]))
}

function toNumber(value: Value): number {
  const kind = kindOf(value)
  if (kind === 'decimal') return decimalToNumber(value as DecimalValue)
  return kind === 'float' ? floatIn(value) : Number(value)
}

function isSubset(expected: Value, actual: Value): boolean {
  if (isList(expected) && isList(actual))
    return expected.length === actual.length && expected.every((item, i) => isSubset(item, actual[i] ?? null))
  if (isDict(expected) && isDict(actual))
    return Object.entries(expected).every(([key, value]) => isSubset(value, member(actual, key)))
  return equals(expected, actual)
}

function isAsSaid(expected: DictValue, actual: Value, isLoose: boolean): boolean | null {
  if ('$len' in expected) return isList(actual) && actual.length === expected['$len']
  const items = expected['$items']
  if (items === undefined || !isDict(items)) return null
  return Object.entries(items).every(([index, item]) => {
    const found = isList(actual) ? (actual[Number(index)] ?? null) : null
    return isLoose ? isSubset(item, found) : equals(item, found)
  })
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'integer',
  str: 'string',
  bool: 'boolean',
  list: 'list',
}

/** Whether a result is what the vector says: Python's equality, its type, its tolerance. */
export function isExpected(vector: Vector, actual: Value): boolean {
  const type = vector.expected_type
  if (type !== undefined && kindOf(actual) !== (TYPES[type] ?? type)) return false
  if (!('expected' in vector)) return type !== undefined
  const expected = decode(vector['expected'])
  if (vector.places !== undefined)
    return Math.abs(toNumber(expected) - toNumber(actual)) < 0.5 * 10 ** -vector.places
  const said = isDict(expected) ? isAsSaid(expected, actual, vector.match === 'subset') : null
  if (said !== null) return said
  return vector.match === 'subset' ? isSubset(expected, actual) : equals(expected, actual)
}
