/**
 * Whether an item passes a filter. A comparison without a meaning is false, never an error.
 * Source: reference §6.2.
 */
import type { Filter, Operator } from '../tree/filter.ts'
import { compare, equals } from '../value/compare.ts'
import { isDict, isList, isTruthy, kindOf, member } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import type { Context } from './context.ts'
import { valueAt } from './item.ts'

/** The words of a multiple-choice answer, parted by single spaces; nothing is one empty word. */
function wordsOf(input: Value): readonly string[] {
  if (!isTruthy(input)) return ['']
  return typeof input === 'string' ? input.split(' ') : []
}

export function inMulti(input: Value, word: Value): boolean {
  return typeof word === 'string' && wordsOf(input).includes(word)
}

/** What a reference is made of: elements, letters, keys. */
function partsOf(reference: Value): readonly Value[] {
  if (isList(reference)) return reference
  if (typeof reference === 'string') return [...reference]
  return isDict(reference) ? Object.keys(reference) : []
}

function isIn(input: Value, reference: Value): boolean {
  if (typeof reference === 'string') return typeof input === 'string' && reference.includes(input)
  return partsOf(reference).some((part) => equals(input, part))
}

const isWhole = (value: Value): boolean => kindOf(value) === 'integer' || typeof value === 'boolean'

/** `gt` and `gte` take any text as greater than any whole number; other mixtures have no order. */
function isOrdered(operator: 'lt' | 'lte' | 'gt' | 'gte', input: Value, reference: Value): boolean {
  const isGreater = operator === 'gt' || operator === 'gte'
  if (isGreater && typeof input === 'string' && isWhole(reference)) return true
  const order = compare(input, reference)
  if (order === undefined) return false
  if (order === 0) return operator === 'lte' || operator === 'gte'
  return isGreater === order > 0
}

function passes(operator: Operator, input: Value, reference: Value): boolean {
  switch (operator) {
    case 'eq':
      return equals(input, reference)
    case 'not_eq':
      return !equals(input, reference)
    case 'in':
      return isIn(input, reference)
    case 'in_multi':
      return inMulti(input, reference)
    case 'any_in_multi':
      return partsOf(reference).some((word) => inMulti(input, word))
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return isOrdered(operator, input, reference)
  }
}

/** The property that a deprecated filter or an indicator points at, by name or path. */
export function referredValue(
  reference: { readonly property_name: string | null; readonly property_path: readonly string[] | null },
  item: Value,
): Value {
  if (reference.property_name !== null) return isDict(item) ? member(item, reference.property_name) : null
  return valueAt(item, reference.property_path ?? [])
}

export function testFilter(filter: Filter, item: Value, context: Context): boolean {
  switch (filter.type) {
    case 'boolean_expression':
      return passes(
        filter.operator,
        context.evaluate(filter.expression, item, context),
        context.evaluate(filter.property_value, item, context),
      )
    case 'and':
      return filter.filters.every((each) => context.test(each, item, context))
    case 'or':
      return filter.filters.some((each) => context.test(each, item, context))
    case 'not':
      return !context.test(filter.filter, item, context)
    case 'named': {
      const named = context.named.filters.get(filter.name)
      return named !== undefined && context.test(named, item, context)
    }
    case 'property_match':
      return equals(referredValue(filter, item), filter.property_value)
  }
}
