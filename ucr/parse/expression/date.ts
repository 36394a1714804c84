/** How expressions of the calendar are written. */
import { z } from 'zod'
import type { DateExpression } from '../../tree/expression.ts'
import type { Refs } from '../refs.ts'
import type { Schemas } from '../schema.ts'

export function dateSchemas({ expression }: Refs): Schemas<DateExpression> {
  const date_expression = expression
  return {
    add_days: z.object({ type: z.literal('add_days'), date_expression, count_expression: expression }),
    add_hours: z.object({ type: z.literal('add_hours'), date_expression, count_expression: expression }),
    add_months: z.object({ type: z.literal('add_months'), date_expression, months_expression: expression }),
    month_start_date: z.object({ type: z.literal('month_start_date'), date_expression }),
    month_end_date: z.object({ type: z.literal('month_end_date'), date_expression }),
    diff_days: z.object({
      type: z.literal('diff_days'),
      from_date_expression: expression,
      to_date_expression: expression,
    }),
    ethiopian_date_to_gregorian_date: z.object({
      type: z.literal('ethiopian_date_to_gregorian_date'),
      date_expression,
    }),
    gregorian_date_to_ethiopian_date: z.object({
      type: z.literal('gregorian_date_to_ethiopian_date'),
      date_expression,
    }),
  }
}
