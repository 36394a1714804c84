/** How expressions on lists and texts are written. */
import { z } from 'zod'
import { AGGREGATIONS_OF_LISTS } from '../../tree/expression.ts'
import type { Expression, ListExpression } from '../../tree/expression.ts'
import { runInside } from '../issues.ts'
import type { Refs } from '../refs.ts'
import { anything, choice, listOf, or, orNone } from '../schema.ts'
import type { Schemas } from '../schema.ts'

/** Left out is null; written as null it is the constant null. */
function maybe({ expression }: Refs): z.ZodType<Expression | null> {
  return anything.transform((raw, context) =>
    raw === undefined ? null : runInside(expression, raw, context, []),
  )
}

export function listSchemas(refs: Refs): Schemas<ListExpression> {
  const { expression, filter } = refs
  const items_expression = expression
  return {
    iterator: z.object({
      type: z.literal('iterator'),
      expressions: listOf(expression),
      test: orNone(filter),
    }),
    array_index: z.object({
      type: z.literal('array_index'),
      array_expression: expression,
      index_expression: expression,
    }),
    split_string: z.object({
      type: z.literal('split_string'),
      string_expression: expression,
      index_expression: maybe(refs),
      delimiter: maybe(refs),
    }),
    filter_items: z.object({
      type: z.literal('filter_items'),
      items_expression,
      filter_expression: filter,
    }),
    map_items: z.object({ type: z.literal('map_items'), items_expression, map_expression: expression }),
    sort_items: z.object({
      type: z.literal('sort_items'),
      items_expression,
      sort_expression: expression,
      order: or(choice(['ASC', 'DESC']), 'ASC'),
    }),
    reduce_items: z.object({
      type: z.literal('reduce_items'),
      items_expression,
      aggregation_fn: choice(AGGREGATIONS_OF_LISTS),
    }),
    flatten: z.object({ type: z.literal('flatten'), items_expression }),
  }
}
