/**
 * The reference interpreter: the meaning of every expression and filter. Total: whatever the document holds, the answer is a value, in
 * bounded time, and the same each time.
 */
import type { Expression, ExpressionType } from '../tree/expression.ts'
import type { Value } from '../value/value.ts'
import { DEPTH_MAX, STEPS_MAX } from './context.ts'
import type { Budget, Context, Handlers, Surroundings } from './context.ts'
import { dateHandlers } from './date.ts'
import { testFilter } from './filter.ts'
import { contextHandlers, itemHandlers } from './item.ts'
import { listHandlers } from './list.ts'
import { logicHandlers } from './logic.ts'
import { lookupHandlers } from './lookup.ts'

const HANDLERS: Handlers<Expression> = {
  ...itemHandlers,
  ...contextHandlers,
  ...logicHandlers,
  ...listHandlers,
  ...dateHandlers,
  ...lookupHandlers,
}

type Handler = (node: Expression, item: Value, context: Context) => Value

function handlerOf(type: ExpressionType): Handler {
  // The mapped type pairs every type with a handler of exactly its node.
  return HANDLERS[type] as Handler
}

/** Runs one step; what is over the bounds is `otherwise`, and the budget says so. */
function step<T>(budget: Budget, otherwise: T, run: () => T): T {
  budget.steps += 1
  if (budget.steps > STEPS_MAX || budget.depth >= DEPTH_MAX) budget.isSpent = true
  if (budget.isSpent) return otherwise
  budget.depth += 1
  const result = run()
  budget.depth -= 1
  return result
}

/** The surroundings of one row. @param root the document; null when the item stands alone. */
export function createContext(surroundings: Surroundings, root: Value, iteration: number): Context {
  return {
    ...surroundings,
    root,
    iteration,
    cache: new Map(),
    evaluate: (node, item, context) =>
      step(context.budget, null, () => handlerOf(node.type)(node, item, context)),
    test: (filter, item, context) => step(context.budget, false, () => testFilter(filter, item, context)),
  }
}
