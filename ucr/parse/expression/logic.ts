/** How expressions that ask for the row, choose and combine are written. */
import { z } from 'zod'
import { parseStatement } from '../../evaluator/parse-statement.ts'
import { valueInvalid } from '../../problems.ts'
import type { ContextExpression, LogicExpression } from '../../tree/expression.ts'
import { refuse } from '../issues.ts'
import { datatype } from '../refs.ts'
import type { Refs } from '../refs.ts'
import { objectOf, or, text } from '../schema.ts'
import type { Schemas } from '../schema.ts'

export function contextSchemas({ expression }: Refs): Schemas<ContextExpression> {
  return {
    root_doc: z.object({ type: z.literal('root_doc'), expression }),
    base_iteration_number: z.object({ type: z.literal('base_iteration_number') }),
    utcnow: z.object({ type: z.literal('utcnow') }),
  }
}

/** An object with at least one key. */
function someProperties({
  expression,
}: Refs): z.ZodType<Readonly<Record<string, Refs['expression']['_output']>>> {
  return objectOf(expression).transform((properties, context) => {
    if (Object.keys(properties).length > 0) return properties
    refuse(context, properties, {
      kind: valueInvalid,
      found: 'an empty object',
      allowed: 'an object with one expression a key, at least one',
    })
    return z.NEVER
  })
}

export function logicSchemas(refs: Refs): Schemas<LogicExpression> {
  const { expression, filter } = refs
  return {
    conditional: z.object({
      type: z.literal('conditional'),
      test: filter,
      expression_if_true: expression,
      expression_if_false: expression,
    }),
    switch: z.object({
      type: z.literal('switch'),
      switch_on: expression,
      cases: objectOf(expression),
      default: expression,
    }),
    coalesce: z.object({
      type: z.literal('coalesce'),
      expression,
      default_expression: expression,
    }),
    nested: z.object({
      type: z.literal('nested'),
      argument_expression: expression,
      value_expression: expression,
    }),
    dict: z.object({ type: z.literal('dict'), properties: someProperties(refs) }),
    evaluator: z.object({
      type: z.literal('evaluator'),
      statement: text.transform(parseStatement),
      context_variables: or(objectOf(expression), {}),
      datatype,
    }),
  }
}
