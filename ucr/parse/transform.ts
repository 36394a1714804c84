/** How transforms are written. Translations come as objects or as lists of pairs; the tree has objects. */
import { z } from 'zod'
import { keyMissing, valueInvalid } from '../problems.ts'
import { CUSTOM_TRANSFORMS } from '../tree/transform.ts'
import type { Localized, Transform } from '../tree/transform.ts'
import { describe } from './fault.ts'
import { refuse } from './issues.ts'
import { anything, choice, isObject, or, text, unionOf } from './schema.ts'
import type { Schemas } from './schema.ts'

/** `{a: 1}` or `[["a", 1]]` as entries, or null. */
function toEntries(raw: unknown): readonly (readonly [string, unknown])[] | null {
  if (isObject(raw)) return Object.entries(raw)
  if (!Array.isArray(raw)) return null
  const isPair = (pair: unknown): pair is readonly [string | number, unknown] =>
    Array.isArray(pair) && pair.length === 2 && ['string', 'number'].includes(typeof pair[0])
  return raw.every(isPair) ? raw.map(([key, value]) => [String(key), value]) : null
}

const asText = (raw: unknown): string | null =>
  typeof raw === 'string' ? raw : typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : null

function toLocalized(raw: unknown): Localized | null {
  const plain = asText(raw)
  if (plain !== null) return plain
  const entries = toEntries(raw)?.map(([language, value]) => [language, asText(value) ?? ''] as const)
  return entries === undefined ? null : Object.fromEntries(entries)
}

/** A text, or an object with one text a language. */
export const localized: z.ZodType<Localized> = anything.transform((raw, context) => {
  const value = toLocalized(raw)
  if (value !== null) return value
  const kind = raw === undefined ? keyMissing : valueInvalid
  refuse(context, raw, { kind, found: describe(raw), allowed: 'text, or an object with one text a language' })
  return z.NEVER
})

const translations = anything.transform((raw, context): Readonly<Record<string, Localized>> => {
  const entries = toEntries(raw ?? {})
  const read = entries?.map(([key, value]) => [key, toLocalized(value)] as const) ?? [['', null] as const]
  const wrong = read.find(([, value]) => value === null)
  if (wrong === undefined) return Object.fromEntries(read.map(([key, value]) => [key, value ?? '']))
  refuse(context, raw, {
    kind: valueInvalid,
    found: describe(raw),
    allowed:
      'an object (or list of pairs) from a value to its text, or to an object with one text a language',
  })
  return z.NEVER
})

const mobile_or_web = or(choice(['mobile', 'web']), 'web')

const schemas: Schemas<Transform> = {
  custom: z.object({ type: z.literal('custom'), custom_type: choice(CUSTOM_TRANSFORMS) }),
  date_format: z.object({ type: z.literal('date_format'), format: text }),
  number_format: z.object({ type: z.literal('number_format'), format_string: text }),
  translation: z.object({ type: z.literal('translation'), translations, mobile_or_web }),
  multiple_value_string_translation: z.object({
    type: z.literal('multiple_value_string_translation'),
    translations,
    mobile_or_web,
    delimiter: or(text, ' '),
  }),
}

export const transform: z.ZodType<Transform> = unionOf<Transform>(schemas)
