/** Expressions on the item itself, and on the row around it. */
import { findOneOrList } from '../json-path/find.ts'
import type { ContextExpression, ItemExpression } from '../tree/expression.ts'
import { cast } from '../value/cast.ts'
import { isDict, member } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import type { Context, Handlers } from './context.ts'

/** A value inside nested objects; null as soon as one step is no object or lacks the key. */
export function valueAt(item: Value, path: readonly string[]): Value {
  let value = path.length === 0 ? null : item
  for (const key of path) value = isDict(value) ? member(value, key) : null
  return value
}

/** A named expression, computed once for each item of a row. */
export function namedValue(name: string, item: Value, context: Context): Value {
  const expression = context.named.expressions.get(name)
  if (expression === undefined) return null
  const known = context.cache.get(name) ?? new Map<Value, Value>()
  context.cache.set(name, known)
  const cached = known.get(item)
  if (cached !== undefined) return cached
  const value = context.evaluate(expression, item, context)
  known.set(item, value)
  return value
}

export const itemHandlers: Handlers<ItemExpression> = {
  identity: (_, item) => item,
  constant: (node) => node.constant,
  property_name: (node, item, context) => {
    const { property_name: name } = node
    const key = typeof name === 'string' ? name : context.evaluate(name, item, context)
    const value = isDict(item) && typeof key === 'string' ? member(item, key) : null
    return cast(value, node.datatype)
  },
  property_path: (node, item) => cast(valueAt(item, node.property_path), node.datatype),
  jsonpath: (node, item) => cast(findOneOrList(node.jsonpath, item), node.datatype),
  named: (node, item, context) => namedValue(node.name, item, context),
}

export const contextHandlers: Handlers<ContextExpression> = {
  root_doc: (node, _, context) =>
    context.root === null ? null : context.evaluate(node.expression, context.root, context),
  base_iteration_number: (_, __, context) => (context.root === null ? null : context.iteration),
  utcnow: (_, __, context) => context.now,
}
