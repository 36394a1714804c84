/**
 * The columns of a data source: those that every table has, then each indicator's own.
 * Source: reference §6.7.
 */
import { columnName } from '../compat/names.ts'
import type { Column, Indicator } from '../tree/data-source.ts'
import type { Datatype } from '../value/cast.ts'
import { toText } from '../value/text.ts'

/** Every table has these; a configuration may not name its columns so. */
export const RESERVED = ['doc_id', 'inserted_at', 'repeat_iteration'] as const

/** The columns of an indicator that is a list: one a choice or product, the suffix after the column's id. */
export function suffixesOf(indicator: Indicator): readonly string[] | null {
  if (indicator.type === 'choice_list') return indicator.choices.map((choice) => toText(choice))
  return indicator.type === 'ledger_balances' || indicator.type === 'due_list_date'
    ? indicator.product_codes
    : null
}

export function datatypeOf(indicator: Indicator): Datatype {
  switch (indicator.type) {
    case 'small_boolean':
      return 'small_integer'
    case 'raw':
    case 'expression':
      return indicator.datatype
    case 'inserted_at':
      return 'datetime'
    case 'due_list_date':
      return 'date'
    case 'boolean':
    case 'count':
    case 'repeat_iteration':
    case 'choice_list':
    case 'ledger_balances':
      return 'integer'
  }
}

export function columnsOf(indicator: Indicator): readonly Column[] {
  const { column_id: id, is_nullable, is_primary_key, create_index, display_name } = indicator
  const shared = { datatype: datatypeOf(indicator), is_nullable, is_primary_key, create_index }
  const suffixes = suffixesOf(indicator)
  if (suffixes === null) return [{ id, name: columnName(id), ...shared, display_name }]
  return suffixes.map((suffix) => ({
    id: `${id}_${suffix}`,
    name: columnName(`${id}_${suffix}`),
    ...shared,
    display_name: `${display_name} (${suffix})`,
  }))
}

function automatic(id: string, datatype: Datatype, options: Partial<Column>): Column {
  return {
    id,
    name: id,
    datatype,
    is_nullable: false,
    is_primary_key: false,
    create_index: false,
    display_name: id,
    ...options,
  }
}

/** @param hasItems whether rows are items of a document, and so have a number. */
export function automaticColumns(hasItems: boolean): readonly Column[] {
  return [
    automatic('doc_id', 'string', { is_primary_key: true }),
    automatic('inserted_at', 'datetime', { create_index: true }),
    ...(hasItems ? [automatic('repeat_iteration', 'integer', { is_primary_key: true })] : []),
  ]
}
