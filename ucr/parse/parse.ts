/** Reading single filters and expressions; data sources and reports have their own files. */
import type { Expression } from '../tree/expression.ts'
import type { Filter } from '../tree/filter.ts'
import type { Parsed } from './fault.ts'
import { grammar } from './grammar.ts'
import { checkNames } from './names.ts'
import type { Names } from './names.ts'
import { readWhole } from './read.ts'

const NO_NAMES: Names = { expressions: {}, filters: {} }

/**
 * One expression. @param names what `named` may ask for: a data source's own definitions.
 * Source: reference §6.3.
 */
export function parseExpression(raw: unknown, names: Names = NO_NAMES): Parsed<Expression> {
  return readWhole(grammar.expression, raw, {
    keys: [],
    check: (node) => checkNames(names, [{ kind: 'expression', node, path: [] }]),
  })
}

/**
 * One filter. @param names what `named` may ask for.
 * Source: reference §6.2.
 */
export function parseFilter(raw: unknown, names: Names = NO_NAMES): Parsed<Filter> {
  return readWhole(grammar.filter, raw, {
    keys: [],
    check: (node) => checkNames(names, [{ kind: 'filter', node, path: [] }]),
  })
}
