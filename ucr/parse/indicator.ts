/** How indicators are written. Keys that they do not know are refused; `comment` is allowed everywhere. */
import { z } from 'zod'
import type { Indicator } from '../tree/data-source.ts'
import { DATATYPES } from '../value/cast.ts'
import { checkReference, referenceShape } from './filter.ts'
import { grammar } from './grammar.ts'
import { choice, flag, listOf, or, orNone, orNull, someOf, text, unionOf } from './schema.ts'
import type { Schemas } from './schema.ts'
import { transform } from './transform.ts'

const SLUG = /^[\p{L}\p{N}_\-:]+$/u
/** Ids of tables and columns. */
export const slug = z.string().regex(SLUG, 'text of letters, digits, underscore, hyphen and colon')

const common = {
  column_id: slug,
  display_name: orNull(z.string()),
  is_nullable: flag(true),
  is_primary_key: flag(false),
  create_index: flag(false),
}

/** The display name is the column's id where none is given. */
function named<T extends { readonly column_id: string; readonly display_name: string | null }>(
  indicator: T,
): Omit<T, 'display_name'> & { readonly display_name: string } {
  const { display_name: name } = indicator
  return { ...indicator, display_name: name === null || name === '' ? indicator.column_id : name }
}

const { expression, filter } = grammar
const ledger = {
  ...common,
  ledger_section: text,
  product_codes: someOf(z.string()),
  case_id_expression: expression,
}
const choices = listOf(z.union([z.string(), z.number(), z.boolean()], 'text, a number, true or false'))

interface UnnamedIndicator {
  readonly display_name: string | null
}
type Unnamed<T> = T extends unknown ? Omit<T, 'display_name'> & UnnamedIndicator : never

const schemas: Schemas<Unnamed<Indicator>> = {
  boolean: z.strictObject({ type: z.literal('boolean'), ...common, filter }),
  small_boolean: z.strictObject({ type: z.literal('small_boolean'), ...common, filter }),
  count: z.strictObject({ type: z.literal('count'), ...common }),
  inserted_at: z.strictObject({ type: z.literal('inserted_at'), ...common }),
  repeat_iteration: z.strictObject({ type: z.literal('repeat_iteration'), ...common }),
  raw: z
    .strictObject({ type: z.literal('raw'), ...common, ...referenceShape, datatype: choice(DATATYPES) })
    .check((payload) => checkReference(payload.value, payload)),
  expression: z.strictObject({
    type: z.literal('expression'),
    ...common,
    expression,
    datatype: or(choice(DATATYPES), 'string'),
    transform: orNone(transform),
  }),
  choice_list: z
    .strictObject({
      type: z.literal('choice_list'),
      ...common,
      ...referenceShape,
      choices,
      select_style: or(choice(['single', 'multiple']), 'single'),
    })
    .check((payload) => checkReference(payload.value, payload)),
  ledger_balances: z.strictObject({ type: z.literal('ledger_balances'), ...ledger }),
  due_list_date: z.strictObject({ type: z.literal('due_list_date'), ...ledger }),
}

export const indicator: z.ZodType<Indicator> = unionOf<Unnamed<Indicator>>(schemas).transform(
  // The union keeps its members; only the display name is filled in.
  (read) => named(read) as Indicator,
)
