/** Expressions on lists and texts. What is no list counts as an empty one. */
import { operate, FAILED } from '../evaluator/arithmetic.ts'
import type { Result } from '../evaluator/arithmetic.ts'
import type { AggregationOfList, ListExpression } from '../tree/expression.ts'
import { compare } from '../value/compare.ts'
import { splitWords } from '../value/numbers.ts'
import { toText } from '../value/text.ts'
import { isList, kindOf } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import type { Context, Handlers } from './context.ts'

const ITEMS_MAX = 100_000
const TEXT_MAX = 1_000_000

/** The element at a whole number; negative ones count from the end. */
function elementAt(items: readonly Value[], index: Value): Value {
  if (kindOf(index) !== 'integer' && typeof index !== 'boolean') return null
  const at = Number(index)
  return Number.isSafeInteger(at) && at >= -items.length ? (items.at(at) ?? null) : null
}

const itemsOf = (value: Value): readonly Value[] => (isList(value) ? value : [])

function sum(items: readonly Value[]): Value {
  let total: Value = 0
  for (const item of items) {
    const next: Result = typeof item === 'string' || isList(item) ? FAILED : operate('+', total, item)
    if (next === FAILED) return null
    total = next
  }
  return total
}

/** The smallest (-1) or largest (1) item; null when there is none, or two have no order. */
function extreme(items: readonly Value[], direction: 1 | -1): Value {
  let best = items[0] ?? null
  for (const item of items.slice(1)) {
    const order = compare(item, best)
    if (order === undefined) return null
    if (order === direction) best = item
  }
  return best
}

function reduce(items: readonly Value[], aggregation: AggregationOfList): Value {
  switch (aggregation) {
    case 'count':
      return items.length
    case 'sum':
      return sum(items)
    case 'min':
      return extreme(items, -1)
    case 'max':
      return extreme(items, 1)
    case 'first_item':
      return items[0] ?? null
    case 'last_item':
      return items.at(-1) ?? null
    case 'join': {
      const text = items.map((item) => (item === null ? '' : toText(item))).join('')
      return text.length > TEXT_MAX ? null : text
    }
  }
}

/** Sorted by key, equals in their order; null keys first (last when descending); `[]` when two keys have no order. */
function sort(items: readonly Value[], keys: readonly Value[], isDescending: boolean): Value {
  let hasOrder = true
  const sign = isDescending ? -1 : 1
  const indices = items.map((_, index) => index)
  indices.sort((a, b) => {
    const [left = null, right = null] = [keys[a], keys[b]]
    if (left === null || right === null) return (Number(left !== null) - Number(right !== null)) * sign
    const order = compare(left, right)
    if (order === undefined && kindOf(left) !== 'float' && kindOf(right) !== 'float') hasOrder = false
    return (order ?? 0) * sign
  })
  if (!hasOrder) return []
  return indices.map((index) => items[index] ?? null)
}

function split(
  node: Extract<ListExpression, { type: 'split_string' }>,
  item: Value,
  context: Context,
): Value {
  const text = context.evaluate(node.string_expression, item, context)
  if (typeof text !== 'string') return null
  const delimiter = node.delimiter === null ? null : context.evaluate(node.delimiter, item, context)
  if (delimiter !== null && (typeof delimiter !== 'string' || delimiter === '')) return null
  const parts = delimiter === null ? splitWords(text) : text.split(delimiter)
  if (node.index_expression === null) return parts
  return elementAt(parts, context.evaluate(node.index_expression, item, context))
}

function flatten(lists: readonly Value[]): Value {
  if (!lists.every(isList)) return []
  const length = lists.reduce((total, list) => total + list.length, 0)
  return length > ITEMS_MAX ? [] : lists.flat()
}

export const listHandlers: Handlers<ListExpression> = {
  iterator: (node, item, context) => {
    const values = node.expressions.map((expression) => context.evaluate(expression, item, context))
    const { test } = node
    return test === null ? values : values.filter((value) => context.test(test, value, context))
  },
  array_index: (node, item, context) => {
    const items = context.evaluate(node.array_expression, item, context)
    return isList(items) ? elementAt(items, context.evaluate(node.index_expression, item, context)) : null
  },
  split_string: split,
  filter_items: (node, item, context) =>
    itemsOf(context.evaluate(node.items_expression, item, context)).filter((each) =>
      context.test(node.filter_expression, each, context),
    ),
  map_items: (node, item, context) =>
    itemsOf(context.evaluate(node.items_expression, item, context)).map((each) =>
      context.evaluate(node.map_expression, each, context),
    ),
  sort_items: (node, item, context) => {
    const items = itemsOf(context.evaluate(node.items_expression, item, context))
    const keys = items.map((each) => context.evaluate(node.sort_expression, each, context))
    return sort(items, keys, node.order === 'DESC')
  },
  reduce_items: (node, item, context) =>
    reduce(itemsOf(context.evaluate(node.items_expression, item, context)), node.aggregation_fn),
  flatten: (node, item, context) => flatten(itemsOf(context.evaluate(node.items_expression, item, context))),
}
