/** Reading single filters and expressions; data sources and reports have their own files. */
import { z } from 'zod'
import type { Expression } from '../tree/expression.ts'
import type { Transform } from '../tree/transform.ts'
import { transform } from './transform.ts'
import type { Filter } from '../tree/filter.ts'
import type { Parsed } from './fault.ts'
import { grammar } from './grammar.ts'
import { checkNames } from './names.ts'
import type { Names } from './names.ts'
import { readWhole } from './read.ts'
import { objectOf, or } from './schema.ts'

const NO_NAMES: Names = { expressions: {}, filters: {} }

const NamesSpec = z.object({
  named_expressions: or(objectOf(grammar.expression), {}),
  named_filters: or(objectOf(grammar.filter), {}),
})

/**
 * Definitions of names on their own, to be handed to `parseExpression` and `parseFilter`; a data source brings its own.
 * @param raw `{ named_expressions?, named_filters? }`
 * Source: reference §6.6.
 */
export function parseNames(raw: unknown): Parsed<Names> {
  const toNames = (spec: z.infer<typeof NamesSpec>): Names => ({
    expressions: spec.named_expressions,
    filters: spec.named_filters,
  })
  const parsed = readWhole(NamesSpec, raw, { keys: [], check: (spec) => checkNames(toNames(spec), []) })
  return parsed.ok ? { ...parsed, value: toNames(parsed.value) } : parsed
}

/**
 * One transform, as report columns and `expression` indicators have it.
 * Source: reference §6.15.
 */
export function parseTransform(raw: unknown): Parsed<Transform> {
  return readWhole(transform, raw, { keys: [], check: () => [] })
}

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
