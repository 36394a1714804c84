/** How filters are written. Keys that they do not know are refused; `comment` is allowed everywhere. */
import { z } from 'zod'
import { keyMissing, valueInvalid } from '../problems.ts'
import { OPERATORS } from '../tree/filter.ts'
import type { Filter } from '../tree/filter.ts'
import { constant } from './expression/item.ts'
import { describe } from './fault.ts'
import { refuse, runInside } from './issues.ts'
import { nearest } from './nearest.ts'
import type { Refs } from './refs.ts'
import { anything, orNull, someOf, text } from './schema.ts'
import type { Schemas } from './schema.ts'

/** Operators are written in any case. */
const operator = anything.transform((raw, context) => {
  const word = typeof raw === 'string' ? raw.toLowerCase() : null
  const known = OPERATORS.find((candidate) => candidate === word)
  if (known !== undefined) return known
  refuse(context, raw, {
    kind: raw === undefined ? keyMissing : valueInvalid,
    found: describe(raw),
    allowed: `one of: ${OPERATORS.join(', ')}`,
    meant: word === null ? null : nearest(word, OPERATORS),
  })
  return z.NEVER
})

/** A value of the item to compare with: required, and null is one. */
function propertyValue({ expression }: Refs): Refs['expression'] {
  return anything.transform((raw, context) => {
    if (raw !== undefined) return runInside(expression, raw, context, [])
    refuse(context, raw, {
      kind: keyMissing,
      found: 'nothing',
      allowed: 'a value (null too) or an expression',
    })
    return z.NEVER
  })
}

interface Reference {
  readonly property_name: string | null
  readonly property_path: readonly string[] | null
}

/** `property_name` or `property_path`, one of the two. */
export const referenceShape = {
  property_name: orNull(z.string()).transform((name) => (name === '' ? null : name)),
  property_path: orNull(z.array(z.string())).transform((path) => (path?.length === 0 ? null : path)),
}

/** Refuses an object that points at a property twice or not at all. */
export function checkReference(reference: Reference, context: z.core.ParsePayload): void {
  const { property_name, property_path } = reference
  if ((property_name === null) !== (property_path === null)) return
  refuse(
    context,
    reference,
    {
      kind: property_name === null ? keyMissing : valueInvalid,
      found: property_name === null ? 'nothing' : 'given together with property_path',
      allowed: 'a property_name or a property_path, one of the two and not empty',
    },
    ['property_name'],
  )
}

export function filterSchemas(refs: Refs): Schemas<Filter> {
  const { expression, filter } = refs
  return {
    boolean_expression: z.strictObject({
      type: z.literal('boolean_expression'),
      expression,
      operator,
      property_value: propertyValue(refs),
    }),
    and: z.strictObject({ type: z.literal('and'), filters: someOf(filter) }),
    or: z.strictObject({ type: z.literal('or'), filters: someOf(filter) }),
    not: z.strictObject({ type: z.literal('not'), filter }),
    named: z.strictObject({ type: z.literal('named'), name: text }),
    property_match: z
      .strictObject({
        type: z.literal('property_match'),
        ...referenceShape,
        property_value: constant,
      })
      .check((payload) => checkReference(payload.value, payload)),
  }
}
