/** How report columns are written. Old spellings are read as what they became: `alias`, and the aggregation `expand`. */
import { z } from 'zod'
import { AGGREGATIONS, PERCENT_FORMATS } from '../tree/report-column.ts'
import type { CaseBranch, ReportColumn } from '../tree/report-column.ts'
import { valueInvalid } from '../problems.ts'
import type { Value } from '../value/value.ts'
import { readConstant } from './constant.ts'
import { describe } from './fault.ts'
import { grammar } from './grammar.ts'
import { refuse, runInside } from './issues.ts'
import {
  anything,
  choice,
  flag,
  isObject,
  objectOf,
  or,
  orNone,
  orNull,
  someOf,
  text,
  unionOf,
} from './schema.ts'
import type { Schemas } from './schema.ts'
import { localized, transform } from './transform.ts'

const EXPANSION_DEFAULT = 10

const common = {
  column_id: text,
  display: localized,
  description: orNull(localized),
  visible: flag(true),
  transform: orNone(transform),
  calculate_total: flag(false),
  sortable: flag(false),
  width: orNull(z.string()),
  css_class: orNull(z.string()),
}

const value: z.ZodType<Value> = anything.transform((raw): Value =>
  raw === undefined ? null : readConstant(raw),
)
const part = z.object({ field: text, aggregation: choice(AGGREGATIONS) })
const bound = z.number().int()
const buckets = {
  field: text,
  ranges: objectOf(z.tuple([bound, bound])),
  else_: or(z.string(), ''),
}

/** `[sql, bind…, value]`. */
const branch = anything.transform((raw, context): CaseBranch => {
  if (Array.isArray(raw) && raw.length >= 2 && typeof raw[0] === 'string')
    return {
      condition: raw[0],
      binds: raw.slice(1, -1).map(readConstant),
      value: readConstant(raw.at(-1)),
    }
  refuse(context, raw, {
    kind: valueInvalid,
    found: describe(raw),
    allowed: 'a list of a condition, its values and what it gives',
  })
  return z.NEVER
})
const cases = { whens: someOf(branch), else_: value }

const schemas: Schemas<ReportColumn> = {
  field: z.object({
    type: z.literal('field'),
    ...common,
    ...part.shape,
    format: or(choice(['default', 'percent_of_total']), 'default'),
  }),
  percent: z.object({
    type: z.literal('percent'),
    ...common,
    numerator: part,
    denominator: part,
    format: or(choice(PERCENT_FORMATS), 'percent'),
  }),
  expanded: z.object({
    type: z.literal('expanded'),
    ...common,
    field: text,
    max_expansion: or(z.number().int().min(1), EXPANSION_DEFAULT),
  }),
  aggregate_date: z.object({
    type: z.literal('aggregate_date'),
    ...common,
    field: text,
    format: or(text, '%Y-%m'),
  }),
  integer_buckets: z.object({ type: z.literal('integer_buckets'), ...common, ...buckets }),
  age_in_months_buckets: z.object({ type: z.literal('age_in_months_buckets'), ...common, ...buckets }),
  array_agg_last_value: z.object({
    type: z.literal('array_agg_last_value'),
    ...common,
    field: text,
    order_by_col: text,
  }),
  location: z.object({ type: z.literal('location'), ...common, field: text }),
  expression: z.object({ type: z.literal('expression'), ...common, expression: grammar.expression }),
  conditional_aggregation: z.object({ type: z.literal('conditional_aggregation'), ...common, ...cases }),
  sum_when: z.object({ type: z.literal('sum_when'), ...common, ...cases }),
  sum_when_template: z.object({
    type: z.literal('sum_when_template'),
    ...common,
    whens: someOf(z.looseObject({ type: text })),
    else_: value,
  }),
}

const union = unionOf<ReportColumn>(schemas, { otherwise: 'field' })

/** The id is `alias`, else the field; the display is the id; `expand` is a type of its own. */
function modernise(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { aggregation, ...rest } = raw
  const isExpanded = (raw['type'] ?? 'field') === 'field' && aggregation === 'expand'
  const column_id = raw['column_id'] ?? raw['alias'] ?? raw['field']
  return {
    ...(isExpanded ? { ...rest, type: 'expanded' } : raw),
    ...(column_id === undefined ? {} : { column_id }),
    display: raw['display'] ?? column_id,
  }
}

export const reportColumn: z.ZodType<ReportColumn> = anything.transform((raw, context) =>
  runInside(union, isObject(raw) ? modernise(raw) : raw, context, []),
)
