/**
 * Filters that a reader of a report sets, and those set for good.
 * Source: reference §6.14.
 */
import type { Datatype } from '../value/cast.ts'
import type { Value } from '../value/value.ts'
import type { Localized } from './transform.ts'

export const NUMERIC_OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'distinct from'] as const
export type NumericOperator = (typeof NUMERIC_OPERATORS)[number]

/** Spans of days relative to today. */
export const DYNAMIC_DATES = [
  'last7',
  'last30',
  'lastn',
  'lastmonth',
  'thismonth',
  'thisyear',
  'lastyear',
  'thisquarter',
  'lastquarter',
  'since',
  'range',
] as const
export type DynamicDate = (typeof DYNAMIC_DATES)[number]

export interface ReportFilterBase {
  readonly slug: string
  readonly field: string
  readonly display: Localized
  readonly datatype: Datatype
  /** What counts when the reader says nothing; null is none. */
  readonly default: Value
}

export type ChoiceProvider =
  | { readonly type: 'data_source_column' }
  | {
      readonly type: 'location'
      readonly include_descendants: boolean
      readonly show_full_path: boolean
      readonly location_type: string | null
      readonly order_by_hierarchy: boolean
    }
  | { readonly type: 'user' }
  | { readonly type: 'owner' }
  | { readonly type: 'case_sharing_group' }
  | { readonly type: 'commcare_project' }

/** A further condition on the column of an ancestor, so that an index is used. */
export interface AncestorExpression {
  readonly field: string
  readonly location_type: string
}

export interface FilterChoice {
  readonly value: Value
  readonly display: Localized | null
}

export interface DateFilter extends ReportFilterBase {
  readonly type: 'date'
  readonly compare_as_string: boolean
}

export interface QuarterFilter extends ReportFilterBase {
  readonly type: 'quarter'
  readonly show_all: boolean
}

export interface NumericFilter extends ReportFilterBase {
  readonly type: 'numeric'
}

/** Set by the author, never shown. */
export interface PreFilter extends ReportFilterBase {
  readonly type: 'pre'
  readonly pre_value: Value
  readonly pre_operator: string | null
}

export interface ChoiceListFilter extends ReportFilterBase {
  readonly type: 'choice_list'
  readonly choices: readonly FilterChoice[]
  readonly show_all: boolean
}

export interface DynamicChoiceFilter extends ReportFilterBase {
  readonly type: 'dynamic_choice_list'
  readonly choice_provider: ChoiceProvider
  readonly show_all: boolean
  readonly ancestor_expression: AncestorExpression | null
}

/** Any of several fields has one of the values. */
export interface MultiFieldChoiceFilter extends ReportFilterBase {
  readonly type: 'multi_field_dynamic_choice_list'
  readonly fields: readonly string[]
  readonly choice_provider: ChoiceProvider
  readonly show_all: boolean
}

export interface LocationDrilldownFilter extends ReportFilterBase {
  readonly type: 'location_drilldown'
  readonly include_descendants: boolean
  readonly max_drilldown_levels: number
  readonly ancestor_expression: AncestorExpression | null
  readonly prefix: string | null
}

export type ReportFilter =
  | DateFilter
  | QuarterFilter
  | NumericFilter
  | PreFilter
  | ChoiceListFilter
  | DynamicChoiceFilter
  | MultiFieldChoiceFilter
  | LocationDrilldownFilter
export type ReportFilterType = ReportFilter['type']
