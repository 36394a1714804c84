/** The small set of schemas that the grammar is written with. */
import { z } from 'zod'
import { describe } from './fault.ts'
import { refuse, runInside } from './issues.ts'
import { nearest } from './nearest.ts'
import { TAG } from '../value/value.ts'
import { isForeignType } from './foreign.ts'
import { keyMissing, typeForeign, typeMissing, typeUnknown, valueInvalid } from '../problems.ts'

/** Schemas by type name, one for each member of a union: a type without schema does not compile. */
export type Schemas<T extends { readonly type: string }> = {
  readonly [K in T['type']]: z.ZodObject & z.ZodType<Extract<T, { readonly type: K }>>
}

/** An object of JSON; a date or decimal that code put into a configuration is a value. */
export const isObject = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(TAG in raw)

/** Any JSON and nothing at all: a schema on top of it decides what a missing key means. */
export const anything = z.unknown().optional()

/** What is left out or null, as null. */
export const orNull = <T>(schema: z.ZodType<T>): z.ZodType<T | null> =>
  schema.nullish().transform((value) => value ?? null)

/** What is left out or null, as something else. */
export const or = <T>(schema: z.ZodType<T>, otherwise: T): z.ZodType<T> =>
  schema.nullish().transform((value) => value ?? otherwise)

/** What is left out, null or `{}`, as null: none of it. */
export const orNone = <T>(schema: z.ZodType<T>): z.ZodType<T | null> =>
  anything.transform((raw, context) => {
    const isNone = raw === undefined || raw === null || (isObject(raw) && Object.keys(raw).length === 0)
    return isNone ? null : runInside(schema, raw, context, [])
  })

export const text = z.string().min(1)
export const flag = (otherwise: boolean): z.ZodType<boolean> => or(z.boolean(), otherwise)
export const choice = <const T extends readonly string[]>(values: T): z.ZodType<T[number]> => z.enum(values)
export const listOf = <T>(schema: z.ZodType<T>): z.ZodType<readonly T[]> => z.array(schema)
export const someOf = <T>(schema: z.ZodType<T>): z.ZodType<readonly T[]> => z.array(schema).min(1)
export const objectOf = <T>(schema: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> =>
  z.record(z.string(), schema)

function resolveType(raw: Readonly<Record<string, unknown>>, otherwise: string | undefined): unknown {
  return raw['type'] ?? otherwise
}

interface UnionOptions {
  /** The type of an object that names none. */
  readonly otherwise?: string
}

/**
 * One of several types, told apart by `type`. `comment` is allowed in each. An unknown type names all that there are; one that other
 * servers register for themselves is refused by name.
 */
export function unionOf<T extends { readonly type: string }>(
  schemas: Schemas<T>,
  { otherwise }: UnionOptions = {},
): z.ZodType<T> {
  // The keys of the record are its types.
  const types = Object.keys(schemas) as T['type'][]
  return anything.transform((raw, context): T => {
    const allowed = types.join(', ')
    if (!isObject(raw)) {
      const kind = raw === undefined ? keyMissing : valueInvalid
      refuse(context, raw, {
        kind,
        found: describe(raw),
        allowed: `an object of one of the types ${allowed}`,
      })
      return z.NEVER
    }
    const type = resolveType(raw, otherwise)
    const known = types.find((candidate) => candidate === type)
    if (known === undefined) {
      const kind = typeof type !== 'string' ? typeMissing : isForeignType(type) ? typeForeign : typeUnknown
      const meant = typeof type === 'string' && kind === typeUnknown ? nearest(type, types) : null
      const found = kind === typeMissing ? describe(raw) : describe(type)
      refuse(context, raw, { kind, found, allowed, meant }, kind === typeMissing ? [] : ['type'])
      return z.NEVER
    }
    const { comment: _comment, ...rest } = raw
    const schema = schemas[known]
    return runInside<T>(schema, { ...rest, type }, context, [...Object.keys(schema.shape), 'comment'])
  })
}
