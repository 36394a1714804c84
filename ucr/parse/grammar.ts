/** The whole grammar of filters and expressions, tied together: each may contain the other. */
import { z } from 'zod'
import type { Expression } from '../tree/expression.ts'
import type { Filter } from '../tree/filter.ts'
import { keyMissing } from '../problems.ts'
import { readConstant } from './constant.ts'
import { dateSchemas } from './expression/date.ts'
import { itemSchemas } from './expression/item.ts'
import { listSchemas } from './expression/list.ts'
import { contextSchemas, logicSchemas } from './expression/logic.ts'
import { lookupSchemas } from './expression/lookup.ts'
import { filterSchemas } from './filter.ts'
import { refuse, runInside } from './issues.ts'
import type { Refs } from './refs.ts'
import { anything, isObject, unionOf } from './schema.ts'
import type { Schemas } from './schema.ts'

/** Schemas of every expression and every filter, by type. */
export interface Grammar extends Refs {
  readonly expressions: Schemas<Expression>
  readonly filters: Schemas<Filter>
}

/** What is no object is the constant itself. */
function withShorthand(objects: z.ZodType<Expression>): z.ZodType<Expression> {
  return anything.transform((raw, context): Expression => {
    if (isObject(raw)) return runInside(objects, raw, context, [])
    if (raw !== undefined) return { type: 'constant', constant: readConstant(raw) }
    refuse(context, raw, { kind: keyMissing, found: 'nothing', allowed: 'an expression or a value' })
    return z.NEVER
  })
}

function createGrammar(): Grammar {
  const refs: Refs = {
    expression: z.lazy(() => expression),
    filter: z.lazy(() => filter),
  }
  const expressions: Schemas<Expression> = {
    ...itemSchemas(refs),
    ...contextSchemas(refs),
    ...logicSchemas(refs),
    ...listSchemas(refs),
    ...dateSchemas(refs),
    ...lookupSchemas(refs),
  }
  const filters = filterSchemas(refs)
  const expression = withShorthand(unionOf<Expression>(expressions))
  const filter = unionOf<Filter>(filters)
  return { expression, filter, expressions, filters }
}

export const grammar: Grammar = createGrammar()
