/** How expressions on the item itself are written. */
import { z } from 'zod'
import { parseJsonPath } from '../../json-path/parse.ts'
import type { Expression, ItemExpression } from '../../tree/expression.ts'
import { keyMissing, valueInvalid } from '../../problems.ts'
import { readConstant } from '../constant.ts'
import { describe } from '../fault.ts'
import { refuse, runInside } from '../issues.ts'
import { datatype } from '../refs.ts'
import type { Refs } from '../refs.ts'
import { anything, isObject, someOf, text } from '../schema.ts'
import type { Schemas } from '../schema.ts'

/** Required, and null is a value like any other. */
export const constant = anything.transform((raw, context) => {
  if (raw !== undefined) return readConstant(raw)
  refuse(context, raw, { kind: keyMissing, found: 'nothing', allowed: 'any value, null too' })
  return z.NEVER
})

const jsonPath = anything.transform((raw, context) => {
  const steps = typeof raw === 'string' ? parseJsonPath(raw) : null
  if (steps !== null) return steps
  const kind = raw === undefined ? keyMissing : valueInvalid
  refuse(context, raw, { kind, found: describe(raw), allowed: 'a JSONPath like $.form.child[*].name' })
  return z.NEVER
})

function propertyName({ expression }: Refs): z.ZodType<string | Expression> {
  return anything.transform((raw, context) =>
    isObject(raw) ? runInside(expression, raw, context, []) : runInside(text, raw, context, []),
  )
}

export function itemSchemas(refs: Refs): Schemas<ItemExpression> {
  return {
    identity: z.object({ type: z.literal('identity') }),
    constant: z.object({ type: z.literal('constant'), constant }),
    property_name: z.object({
      type: z.literal('property_name'),
      property_name: propertyName(refs),
      datatype,
    }),
    property_path: z.object({
      type: z.literal('property_path'),
      property_path: someOf(z.string()),
      datatype,
    }),
    jsonpath: z.object({ type: z.literal('jsonpath'), jsonpath: jsonPath, datatype }),
    named: z.object({ type: z.literal('named'), name: text }),
  }
}
