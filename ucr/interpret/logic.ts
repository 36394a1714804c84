/** Expressions that choose and combine. */
import { evaluateStatement } from '../evaluator/evaluate.ts'
import type { Expression, LogicExpression } from '../tree/expression.ts'
import { cast } from '../value/cast.ts'
import type { DictValue, Value } from '../value/value.ts'
import type { Context, Handlers } from './context.ts'
import { namedValue } from './item.ts'

function evaluateEach(
  properties: Readonly<Record<string, Expression>>,
  item: Value,
  context: Context,
): DictValue {
  return Object.fromEntries(
    Object.entries(properties).map(([key, node]) => [key, context.evaluate(node, item, context)]),
  )
}

export const logicHandlers: Handlers<LogicExpression> = {
  conditional: (node, item, context) =>
    context.evaluate(
      context.test(node.test, item, context) ? node.expression_if_true : node.expression_if_false,
      item,
      context,
    ),
  switch: (node, item, context) => {
    const value = context.evaluate(node.switch_on, item, context)
    const chosen =
      typeof value === 'string' && Object.hasOwn(node.cases, value) ? node.cases[value] : undefined
    return context.evaluate(chosen ?? node.default, item, context)
  },
  coalesce: (node, item, context) => {
    const value = context.evaluate(node.expression, item, context)
    return value === null || value === '' ? context.evaluate(node.default_expression, item, context) : value
  },
  nested: (node, item, context) =>
    context.evaluate(
      node.value_expression,
      context.evaluate(node.argument_expression, item, context),
      context,
    ),
  dict: (node, item, context) => evaluateEach(node.properties, item, context),
  evaluator: (node, item, context) => {
    const value = evaluateStatement(node.statement, {
      names: evaluateEach(node.context_variables, item, context),
      root: () => context.root,
      today: context.today,
      random: context.random,
      namedValue: (name, on) => namedValue(name, on, context),
    })
    return value === null ? null : cast(value, node.datatype)
  },
}
