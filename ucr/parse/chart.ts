/** How charts are written. A column of a y axis may be written as its id alone. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Chart } from '../tree/report.ts'
import { runInside } from './issues.ts'
import { anything, flag, isObject, or, orNull, someOf, text, unionOf } from './schema.ts'
import type { Schemas } from './schema.ts'
import { localized } from './transform.ts'

const common = { chart_id: text, title: or(localized, '') }

const axisColumn = anything.transform((raw, context) => {
  const whole = typeof raw === 'string' ? { column_id: raw } : raw
  const shown = isObject(whole) ? { ...whole, display: whole['display'] ?? whole['column_id'] } : whole
  return runInside(z.object({ column_id: text, display: localized }), shown, context, [])
})

const schemas: Schemas<Chart> = {
  pie: z.object({
    type: z.literal('pie'),
    ...common,
    aggregation_column: orNull(text),
    value_column: text,
  }),
  multibar: z.object({
    type: z.literal('multibar'),
    ...common,
    x_axis_column: text,
    y_axis_columns: someOf(axisColumn),
    aggregation_column: orNull(text),
    is_stacked: flag(false),
  }),
  'multibar-aggregate': z.object({
    type: z.literal('multibar-aggregate'),
    ...common,
    primary_aggregation: text,
    secondary_aggregation: text,
    value_column: text,
  }),
}
const union = unionOf<Chart>(schemas)

/** The same specification has the same id. */
function deriveId(raw: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(raw).sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha1').update(JSON.stringify(sorted)).digest('hex').slice(0, 12)
  return `${typeof raw['title'] === 'string' ? raw['title'] : ''}${hash}`
}

export const chart: z.ZodType<Chart> = anything.transform((raw, context) =>
  runInside(union, isObject(raw) ? { ...raw, chart_id: raw['chart_id'] ?? deriveId(raw) } : raw, context, []),
)
