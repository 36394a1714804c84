/** A value as JSON, for previews and answers of the API. */
import { formatDay, formatTime } from './calendar.ts'
import { formatDecimal } from './decimal.ts'
import { toDouble } from './float.ts'
import { kindOf } from './value.ts'
import type { DateTimeValue, DateValue, DecimalValue, DictValue, DurationValue, Value } from './value.ts'

const DEPTH_MAX = 100

function instant({ days, micros }: DateTimeValue): string {
  const [clock = '', fraction = '000000'] = formatTime(micros).split('.')
  return `${formatDay(days)}T${clock}.${fraction}Z`
}

/**
 * Dates as `YYYY-MM-DD`, datetimes as ISO 8601 UTC with six fraction digits, decimals and integers beyond 2^53 as text, durations in
 * seconds; infinities, "not a number" and what is nested deeper than 100 levels as null.
 */
export function toJson(value: Value, depth = 0): unknown {
  if (depth > DEPTH_MAX) return null
  switch (kindOf(value)) {
    case 'null':
    case 'boolean':
    case 'string':
      return value
    case 'integer':
      return typeof value === 'bigint' ? value.toString() : value
    case 'float': {
      const float = toDouble(value)
      return float !== null && Number.isFinite(float) ? float : null
    }
    case 'decimal':
      return formatDecimal(value as DecimalValue)
    case 'date':
      return formatDay((value as DateValue).days)
    case 'datetime':
      return instant(value as DateTimeValue)
    case 'duration': {
      const { days, micros } = value as DurationValue
      return days * 86_400 + micros / 1_000_000
    }
    case 'list':
      return (value as readonly Value[]).map((item) => toJson(item, depth + 1))
    case 'dict':
      return Object.fromEntries(
        Object.entries(value as DictValue).map(([key, item]) => [key, toJson(item, depth + 1)]),
      )
  }
}
