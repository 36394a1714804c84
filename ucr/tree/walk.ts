/**
 * Visits every filter and expression below a node, with its path. The tree keeps the grammar's keys, so one walk serves both back ends and
 * every check: what is an object with a `type` is a node, and the key tells a filter from an expression.
 */
import type { Expression } from './expression.ts'
import type { Filter } from './filter.ts'

export type Visited =
  | { readonly kind: 'filter'; readonly node: Filter; readonly path: readonly PropertyKey[] }
  | { readonly kind: 'expression'; readonly node: Expression; readonly path: readonly PropertyKey[] }

const FILTER_KEYS = new Set<PropertyKey>([
  'test',
  'filter',
  'filters',
  'filter_expression',
  'configured_filter',
])
/** Values, and the languages inside the language. */
const OPAQUE_KEYS = new Set<PropertyKey>(['constant', 'statement', 'jsonpath', 'transform'])

function visit(value: unknown, kind: Visited['kind'], path: readonly PropertyKey[], found: Visited[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, kind, [...path, index], found)
    return
  }
  const isNode = 'type' in value && typeof value.type === 'string'
  // A node of either kind; which one follows from the key that it stands under.
  if (isNode) found.push({ kind, node: value, path } as Visited)
  const isMatch = isNode && value.type === 'property_match'
  for (const [key, child] of Object.entries(value)) {
    if (OPAQUE_KEYS.has(key) && isNode) continue
    if (isMatch && key === 'property_value') continue
    visit(child, isNode ? (FILTER_KEYS.has(key) ? 'filter' : 'expression') : kind, [...path, key], found)
  }
}

/** The node itself and all below it, parents first. */
export function nodesOf(
  kind: Visited['kind'],
  node: Filter | Expression,
  path: readonly PropertyKey[] = [],
): readonly Visited[] {
  const found: Visited[] = []
  visit(node, kind, path, found)
  return found
}

/** Names that a node asks for, as `expression:name` and `filter:name`, also those inside statements. */
export interface NameUse {
  readonly kind: Visited['kind']
  readonly name: string
  readonly path: readonly PropertyKey[]
}

function namesInStatement(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(namesInStatement)
  const node = value as { op?: unknown; name?: unknown; args?: readonly { op?: unknown; value?: unknown }[] }
  const first = node.op === 'call' && node.name === 'named' ? node.args?.[0] : undefined
  const own = first?.op === 'value' && typeof first.value === 'string' ? [first.value] : []
  return [...own, ...Object.values(value).flatMap(namesInStatement)]
}

export function nameUsesOf(visited: readonly Visited[]): readonly NameUse[] {
  return visited.flatMap(({ kind, node, path }): readonly NameUse[] => {
    if (node.type === 'named') return [{ kind, name: node.name, path: [...path, 'name'] }]
    if (node.type !== 'evaluator') return []
    return namesInStatement(node.statement).map((name) => ({
      kind: 'expression',
      name,
      path: [...path, 'statement'],
    }))
  })
}
