/**
 * What an indicator puts into its columns for one item.
 * Source: reference §6.7.
 */
import { inMulti, referredValue } from '../interpret/filter.ts'
import type { Context } from '../interpret/context.ts'
import { applyTransform } from '../transform/transform.ts'
import type { TransformContext } from '../transform/transform.ts'
import type { Indicator } from '../tree/data-source.ts'
import { cast, toInteger } from '../value/cast.ts'
import { equals } from '../value/compare.ts'
import { dateOf, isDict, member } from '../value/value.ts'
import type { DictValue, Value } from '../value/value.ts'
import { columnsOf } from './columns.ts'

/** One cell. `isLost` when the item had something and the datatype could not hold it. */
export interface Cell {
  readonly column_id: string
  readonly value: Value
  readonly isLost: boolean
}

interface Held {
  readonly value: Value
  readonly isLost: boolean
}

const held = (value: Value): Held => ({ value, isLost: false })

/** The server's rule for what is empty: it becomes null in a date, and is no loss. */
function castHeld(value: Value, datatype: Parameters<typeof cast>[1]): Held {
  const result = cast(value, datatype)
  return { value: result, isLost: result === null && value !== null && value !== '' }
}

function balances(
  indicator: Extract<Indicator, { type: 'ledger_balances' | 'due_list_date' }>,
  item: Value,
  context: Context,
): readonly Held[] {
  const caseId = context.evaluate(indicator.case_id_expression, item, context)
  const domain = isDict(context.root) ? member(context.root, 'domain') : null
  const { product_codes: codes, ledger_section: section } = indicator
  const found: DictValue =
    typeof caseId === 'string' && typeof domain === 'string'
      ? context.lookup.balances(domain, caseId, section, codes)
      : {}
  return codes.map((code) => {
    const balance = toInteger(member(found, code)) ?? 0
    return held(indicator.type === 'due_list_date' ? dateOf(Number(balance)) : balance)
  })
}

function valuesOf(
  indicator: Indicator,
  item: Value,
  context: Context,
  transforms: TransformContext,
): readonly Held[] {
  switch (indicator.type) {
    case 'boolean':
    case 'small_boolean':
      return [held(context.test(indicator.filter, item, context) ? 1 : 0)]
    case 'count':
      return [held(1)]
    case 'inserted_at':
      return [held(context.now)]
    case 'repeat_iteration':
      return [held(context.iteration)]
    case 'raw':
      return [castHeld(referredValue(indicator, item), indicator.datatype)]
    case 'expression': {
      const value = context.evaluate(indicator.expression, item, context)
      const shown =
        indicator.transform === null ? value : applyTransform(indicator.transform, value, transforms)
      return [castHeld(shown, indicator.datatype)]
    }
    case 'choice_list': {
      const value = referredValue(indicator, item)
      const isMultiple = indicator.select_style === 'multiple'
      return indicator.choices.map((choice) =>
        held((isMultiple ? inMulti(value, choice) : equals(value, choice)) ? 1 : 0),
      )
    }
    case 'ledger_balances':
    case 'due_list_date':
      return balances(indicator, item, context)
  }
}

/** The cells of an indicator, in the order of its columns. */
export function cellsOf(
  indicator: Indicator,
  item: Value,
  context: Context,
  transforms: TransformContext,
): readonly Cell[] {
  const values = valuesOf(indicator, item, context, transforms)
  return columnsOf(indicator).map(({ id }, index) => ({
    column_id: id,
    ...(values[index] ?? held(null)),
  }))
}
