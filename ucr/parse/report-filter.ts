/** How report filters are written. */
import { z } from 'zod'
import { DYNAMIC_DATES, NUMERIC_OPERATORS } from '../tree/report-filter.ts'
import type { ChoiceProvider, PreFilter, ReportFilter } from '../tree/report-filter.ts'
import { valueInvalid } from '../problems.ts'
import { DATATYPES } from '../value/cast.ts'
import { isList } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import { readConstant } from './constant.ts'
import { constant } from './expression/item.ts'
import { describe } from './fault.ts'
import { refuse, runInside } from './issues.ts'
import { nearest } from './nearest.ts'
import { anything, choice, flag, isObject, or, orNone, orNull, someOf, text, unionOf } from './schema.ts'
import type { Schemas } from './schema.ts'
import { localized } from './transform.ts'

const LEVELS_DEFAULT = 99

const common = {
  slug: text,
  field: text,
  display: localized,
  datatype: or(choice(DATATYPES), 'string'),
  default: anything.transform((raw): Value => (raw === undefined ? null : readConstant(raw))),
}

const ancestor = orNone(z.strictObject({ field: text, location_type: text }))

const providers: Schemas<ChoiceProvider> = {
  data_source_column: z.object({ type: z.literal('data_source_column') }),
  location: z.object({
    type: z.literal('location'),
    include_descendants: flag(false),
    show_full_path: flag(false),
    location_type: orNull(text),
    order_by_hierarchy: flag(false),
  }),
  user: z.object({ type: z.literal('user') }),
  owner: z.object({ type: z.literal('owner') }),
  case_sharing_group: z.object({ type: z.literal('case_sharing_group') }),
  commcare_project: z.object({ type: z.literal('commcare_project') }),
}
const provider: z.ZodType<ChoiceProvider> = unionOf(providers, { otherwise: 'data_source_column' })
const choice_provider = anything.transform((raw, context) => runInside(provider, raw ?? {}, context, []))

const NULL_OPERATORS = ['=', '!=', 'is', 'is not']
const LIST_OPERATORS = ['in', 'between']

/** Operators that go with a value set for good. */
export function operatorsFor(value: Value): readonly string[] {
  if (value === null) return NULL_OPERATORS
  return isList(value) ? [...LIST_OPERATORS, ...DYNAMIC_DATES] : NUMERIC_OPERATORS
}

function checkPre(filter: PreFilter, context: z.core.ParsePayload): void {
  const { pre_value: value, pre_operator: operator } = filter
  if (operator === null) return
  const allowed = operatorsFor(value)
  if (allowed.includes(operator)) {
    const isShort = operator === 'between' && isList(value) && value.length !== 2
    if (!isShort) return
  }
  const found = `${JSON.stringify(operator)} with ${describe(value)}`
  const words = operator === 'between' ? 'used with a list of two' : `one of: ${allowed.join(', ')}`
  refuse(context, filter, { kind: valueInvalid, found, allowed: words, meant: nearest(operator, allowed) }, [
    'pre_operator',
  ])
}

const schemas: Schemas<ReportFilter> = {
  date: z.object({ type: z.literal('date'), ...common, compare_as_string: flag(false) }),
  quarter: z.object({ type: z.literal('quarter'), ...common, show_all: flag(false) }),
  numeric: z.object({ type: z.literal('numeric'), ...common }),
  pre: z
    .object({ type: z.literal('pre'), ...common, pre_value: constant, pre_operator: orNull(z.string()) })
    .check((payload) => checkPre(payload.value, payload)),
  choice_list: z.object({
    type: z.literal('choice_list'),
    ...common,
    choices: someOf(z.object({ value: constant, display: orNull(localized) })),
    show_all: flag(true),
  }),
  dynamic_choice_list: z.object({
    type: z.literal('dynamic_choice_list'),
    ...common,
    choice_provider,
    show_all: flag(true),
    ancestor_expression: ancestor,
  }),
  multi_field_dynamic_choice_list: z.object({
    type: z.literal('multi_field_dynamic_choice_list'),
    ...common,
    fields: someOf(text),
    choice_provider,
    show_all: flag(true),
  }),
  location_drilldown: z.object({
    type: z.literal('location_drilldown'),
    ...common,
    include_descendants: flag(false),
    max_drilldown_levels: or(z.number().int().min(1), LEVELS_DEFAULT),
    ancestor_expression: ancestor,
    prefix: orNull(z.string()),
  }),
}

const union = unionOf<ReportFilter>(schemas)

/** The display is the slug where none is given; a filter of several fields needs no `field` of its own. */
function complete(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const fields = raw['fields']
  const field = raw['field'] ?? (Array.isArray(fields) ? fields[0] : undefined)
  return {
    ...raw,
    ...(field === undefined ? {} : { field }),
    display: raw['display'] ?? raw['slug'],
  }
}

export const reportFilter: z.ZodType<ReportFilter> = anything.transform((raw, context) =>
  runInside(union, isObject(raw) ? complete(raw) : raw, context, []),
)
