/**
 * Filters as a tree: conditions on one item. Keys are the grammar's own, so a path into the tree is a path into the JSON.
 * Source: reference §6.2.
 */
import type { Value } from '../value/value.ts'
import type { Expression } from './expression.ts'

export const OPERATORS = ['eq', 'not_eq', 'in', 'in_multi', 'any_in_multi', 'lt', 'lte', 'gt', 'gte'] as const
export type Operator = (typeof OPERATORS)[number]

export type Filter =
  | {
      readonly type: 'boolean_expression'
      readonly expression: Expression
      readonly operator: Operator
      readonly property_value: Expression
    }
  | { readonly type: 'and'; readonly filters: readonly Filter[] }
  | { readonly type: 'or'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  | { readonly type: 'named'; readonly name: string }
  /** Deprecated spelling of an `eq`; one of name and path, the other null. */
  | {
      readonly type: 'property_match'
      readonly property_name: string | null
      readonly property_path: readonly string[] | null
      readonly property_value: Value
    }

export type FilterType = Filter['type']
