/**
 * Data sources: which documents become rows of which columns.
 * Source: reference §6.1, §6.7, §6.9.
 */
import type { Datatype } from '../value/cast.ts'
import type { Expression } from './expression.ts'
import type { Filter } from './filter.ts'
import type { Transform } from './transform.ts'

export const REFERENCED_DOC_TYPES = ['CommCareCase', 'XFormInstance', 'CommCareUser', 'Location'] as const
export type ReferencedDocType = (typeof REFERENCED_DOC_TYPES)[number]

interface ColumnOptions {
  readonly column_id: string
  readonly display_name: string
  readonly is_nullable: boolean
  readonly is_primary_key: boolean
  readonly create_index: boolean
}

/** One of name and path; the other is null. */
interface PropertyReference {
  readonly property_name: string | null
  readonly property_path: readonly string[] | null
}

/** One 0/1 column: whether the item passes. The small kind has a column of two bytes. */
interface BooleanIndicator<T extends string> extends ColumnOptions {
  readonly type: T
  readonly filter: Filter
}

/** A column that needs nothing of the item: always 1, the moment of saving, the number of the row. */
interface PlainIndicator<T extends string> extends ColumnOptions {
  readonly type: T
}

interface RawIndicator extends ColumnOptions, PropertyReference {
  readonly type: 'raw'
  readonly datatype: Datatype
}

interface ExpressionIndicator extends ColumnOptions {
  readonly type: 'expression'
  readonly expression: Expression
  readonly datatype: Datatype
  readonly transform: Transform | null
}

/** One 0/1 column a choice, `<column_id>_<choice>`. */
interface ChoiceListIndicator extends ColumnOptions, PropertyReference {
  readonly type: 'choice_list'
  readonly choices: readonly (string | number | boolean)[]
  readonly select_style: 'single' | 'multiple'
}

/** One column a product, `<column_id>_<code>`: its balance, or the day that so many days after 1970-01-01 is. */
interface LedgerIndicator<T extends string> extends ColumnOptions {
  readonly type: T
  readonly ledger_section: string
  readonly product_codes: readonly string[]
  readonly case_id_expression: Expression
}

export type Indicator =
  | BooleanIndicator<'boolean'>
  | BooleanIndicator<'small_boolean'>
  | PlainIndicator<'count'>
  | PlainIndicator<'inserted_at'>
  | PlainIndicator<'repeat_iteration'>
  | RawIndicator
  | ExpressionIndicator
  | ChoiceListIndicator
  | LedgerIndicator<'ledger_balances'>
  | LedgerIndicator<'due_list_date'>
export type IndicatorType = Indicator['type']

/** A column of the table, in its order there. */
export interface Column {
  readonly id: string
  /** The name in the database: shortened with a hash beyond 63 characters. */
  readonly name: string
  readonly datatype: Datatype
  readonly is_nullable: boolean
  readonly is_primary_key: boolean
  readonly create_index: boolean
  /** What a person reads above the column. */
  readonly display_name: string
}

export interface Validation {
  readonly name: string
  readonly expression: Filter
  readonly error_message: string
}

export interface DataSource {
  readonly domain: string
  readonly engine_id: string
  readonly referenced_doc_type: ReferencedDocType
  readonly table_id: string
  readonly display_name: string
  readonly description: string
  /** Null: every document of the type. */
  readonly configured_filter: Filter | null
  /** Null: one row a document. */
  readonly base_item_expression: Expression | null
  readonly configured_indicators: readonly Indicator[]
  /** In an order in which each only needs those before it. */
  readonly named_expressions: ReadonlyMap<string, Expression>
  readonly named_filters: ReadonlyMap<string, Filter>
  readonly validations: readonly Validation[]
  readonly asynchronous: boolean
  readonly is_deactivated: boolean
  readonly disable_destructive_rebuild: boolean
  readonly is_available_in_analytics: boolean
  readonly sql_column_indexes: readonly { readonly column_ids: readonly string[] }[]
  /** Column ids of the primary key, in order. */
  readonly primary_key: readonly string[]
  /** All columns: `doc_id`, `inserted_at`, `repeat_iteration` where rows are items, then the indicators'. */
  readonly columns: readonly Column[]
  readonly table_name: string
}
