/**
 * Keys that the reader passed over: allowed, because old configurations carry them, but told as warnings, because a misspelt key does
 * nothing. The tree keeps the grammar's keys, so what the JSON has and the tree lacks was not read.
 */
import { keyIgnored } from '../problems.ts'
import { createFault } from './fault.ts'
import type { Fault, Path } from './fault.ts'
import { nearest } from './nearest.ts'
import { isObject } from './schema.ts'

/** What is below these keys is a value, not grammar. */
const OPAQUE = new Set([
  'constant',
  'property_value',
  'translations',
  'pre_value',
  'meta',
  'sql_settings',
  'jsonpath',
  'statement',
])
/** Records of other servers, and what a configuration carries about itself. */
const KNOWN = new Set([
  'comment',
  '_id',
  '_rev',
  'doc_type',
  'last_modified',
  'datatype',
  'type',
  'alias',
  'aggregation',
])

/** One warning a key of `raw` that `tree` lacks. */
export function findIgnored(raw: unknown, tree: unknown, path: Path = []): readonly Fault[] {
  if (Array.isArray(raw) && Array.isArray(tree))
    return raw.flatMap((item, index) => findIgnored(item, tree[index], [...path, index]))
  if (!isObject(raw) || !isObject(tree)) return []
  const keys = Object.keys(tree)
  return Object.entries(raw).flatMap(([key, value]) => {
    if (Object.hasOwn(tree, key)) return OPAQUE.has(key) ? [] : findIgnored(value, tree[key], [...path, key])
    if (KNOWN.has(key)) return []
    const allowed = keys.filter((candidate) => candidate !== 'type')
    return [
      createFault([...path, key], {
        kind: keyIgnored,
        found: key,
        allowed: allowed.join(', ') || 'nothing but type',
        meant: nearest(key, allowed),
      }),
    ]
  })
}
