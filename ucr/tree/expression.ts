/**
 * Expressions as a tree: from one item to one value. What a configuration may leave out is filled in here, so no back end asks twice.
 * Source: reference §6.3; `indexed_case`, `jsonpath`, `utcnow` and `coalesce` as newer servers have them.
 */
import type { JsonPathStep } from './json-path.ts'
import type { Statement } from './statement.ts'
import type { Datatype } from '../value/cast.ts'
import type { Value } from '../value/value.ts'
import type { Filter } from './filter.ts'

export const AGGREGATIONS_OF_LISTS = [
  'sum',
  'count',
  'min',
  'max',
  'first_item',
  'last_item',
  'join',
] as const
export type AggregationOfList = (typeof AGGREGATIONS_OF_LISTS)[number]

/** Types of documents that `related_doc` may ask for. */
export const DOCUMENT_TYPES = [
  'CommCareCase',
  'XFormInstance',
  'CommCareUser',
  'WebUser',
  'Group',
  'Location',
] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

type Properties = Readonly<Record<string, Expression>>

/** Of the item itself. */
export type ItemExpression =
  | { readonly type: 'identity' }
  | { readonly type: 'constant'; readonly constant: Value }
  | {
      readonly type: 'property_name'
      readonly property_name: string | Expression
      readonly datatype: Datatype | null
    }
  | {
      readonly type: 'property_path'
      readonly property_path: readonly string[]
      readonly datatype: Datatype | null
    }
  | {
      readonly type: 'jsonpath'
      readonly jsonpath: readonly JsonPathStep[]
      readonly datatype: Datatype | null
    }
  | { readonly type: 'named'; readonly name: string }

/** Of the row: which document, which repeat, when. */
export type ContextExpression =
  | { readonly type: 'root_doc'; readonly expression: Expression }
  | { readonly type: 'base_iteration_number' }
  | { readonly type: 'utcnow' }

/** Choosing and combining. */
export type LogicExpression =
  | {
      readonly type: 'conditional'
      readonly test: Filter
      readonly expression_if_true: Expression
      readonly expression_if_false: Expression
    }
  | {
      readonly type: 'switch'
      readonly switch_on: Expression
      readonly cases: Properties
      readonly default: Expression
    }
  | { readonly type: 'coalesce'; readonly expression: Expression; readonly default_expression: Expression }
  | {
      readonly type: 'nested'
      readonly argument_expression: Expression
      readonly value_expression: Expression
    }
  | { readonly type: 'dict'; readonly properties: Properties }
  | {
      readonly type: 'evaluator'
      readonly statement: Statement
      readonly context_variables: Properties
      readonly datatype: Datatype | null
    }

/** Of lists and texts. */
export type ListExpression =
  | { readonly type: 'iterator'; readonly expressions: readonly Expression[]; readonly test: Filter | null }
  | {
      readonly type: 'array_index'
      readonly array_expression: Expression
      readonly index_expression: Expression
    }
  | {
      readonly type: 'split_string'
      readonly string_expression: Expression
      readonly index_expression: Expression | null
      readonly delimiter: Expression | null
    }
  | {
      readonly type: 'filter_items'
      readonly items_expression: Expression
      readonly filter_expression: Filter
    }
  | { readonly type: 'map_items'; readonly items_expression: Expression; readonly map_expression: Expression }
  | {
      readonly type: 'sort_items'
      readonly items_expression: Expression
      readonly sort_expression: Expression
      readonly order: 'ASC' | 'DESC'
    }
  | {
      readonly type: 'reduce_items'
      readonly items_expression: Expression
      readonly aggregation_fn: AggregationOfList
    }
  | { readonly type: 'flatten'; readonly items_expression: Expression }

/** Of the calendar. */
export type DateExpression =
  | { readonly type: 'add_days'; readonly date_expression: Expression; readonly count_expression: Expression }
  | {
      readonly type: 'add_hours'
      readonly date_expression: Expression
      readonly count_expression: Expression
    }
  | {
      readonly type: 'add_months'
      readonly date_expression: Expression
      readonly months_expression: Expression
    }
  | { readonly type: 'month_start_date'; readonly date_expression: Expression }
  | { readonly type: 'month_end_date'; readonly date_expression: Expression }
  | {
      readonly type: 'diff_days'
      readonly from_date_expression: Expression
      readonly to_date_expression: Expression
    }
  | { readonly type: 'ethiopian_date_to_gregorian_date'; readonly date_expression: Expression }
  | { readonly type: 'gregorian_date_to_ethiopian_date'; readonly date_expression: Expression }

/** Of other documents; all of them ask the lookup. */
export type LookupExpression =
  | {
      readonly type: 'related_doc'
      readonly related_doc_type: DocumentType
      readonly doc_id_expression: Expression
      readonly value_expression: Expression
    }
  | { readonly type: 'indexed_case'; readonly case_expression: Expression; readonly index: string }
  | {
      readonly type: 'get_case_forms'
      readonly case_id_expression: Expression
      readonly xmlns: readonly string[] | null
    }
  | { readonly type: 'get_subcases'; readonly case_id_expression: Expression }
  | { readonly type: 'get_case_sharing_groups'; readonly user_id_expression: Expression }
  | { readonly type: 'get_reporting_groups'; readonly user_id_expression: Expression }
  | { readonly type: 'location_type_name'; readonly location_id_expression: Expression }
  | { readonly type: 'location_parent_id'; readonly location_id_expression: Expression }
  | {
      readonly type: 'ancestor_location'
      readonly location_id: Expression
      readonly location_type: Expression
      readonly location_property: Expression | null
    }

export type Expression =
  ItemExpression | ContextExpression | LogicExpression | ListExpression | DateExpression | LookupExpression
export type ExpressionType = Expression['type']
