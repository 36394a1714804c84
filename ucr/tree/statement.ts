/**
 * The statement of an `evaluator`, taken apart: the arithmetic language inside the language.
 * Source: reference §6.4.
 */
import type { Value } from '../value/value.ts'

export const BINARY_OPERATORS = ['+', '-', '*', '/', '//', '%'] as const
export type BinaryOperator = (typeof BINARY_OPERATORS)[number]

export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'is', 'is not'] as const
export type Comparison = (typeof COMPARISONS)[number]

export const FUNCTIONS = [
  'rand',
  'randint',
  'int',
  'float',
  'str',
  'timedelta_to_seconds',
  'range',
  'today',
  'days',
  'round',
  'context',
  'root_context',
  'jsonpath',
  'named',
] as const
export type FunctionName = (typeof FUNCTIONS)[number]

export type Statement =
  | { readonly op: 'value'; readonly value: Value }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'list'; readonly items: readonly Statement[] }
  | { readonly op: 'dict'; readonly entries: readonly (readonly [Statement, Statement])[] }
  | { readonly op: 'negate' | 'plus' | 'not'; readonly operand: Statement }
  | {
      readonly op: 'binary'
      readonly operator: BinaryOperator
      readonly left: Statement
      readonly right: Statement
    }
  | { readonly op: 'and' | 'or'; readonly operands: readonly Statement[] }
  /** `1 < a <= 3`: each neighbour compared, the first false ends it. */
  | {
      readonly op: 'compare'
      readonly first: Statement
      readonly rest: readonly { readonly comparison: Comparison; readonly operand: Statement }[]
    }
  | {
      readonly op: 'if'
      readonly test: Statement
      readonly yes: Statement
      readonly no: Statement
    }
  | { readonly op: 'index'; readonly of: Statement; readonly index: Statement }
  | { readonly op: 'attribute'; readonly of: Statement; readonly name: string }
  | {
      readonly op: 'call'
      readonly name: FunctionName
      readonly args: readonly Statement[]
      readonly named: Readonly<Record<string, Statement>>
    }
  /** What the language does not have: a syntax error, a power, a method call. Its value is always null. */
  | { readonly op: 'invalid'; readonly reason: string }
