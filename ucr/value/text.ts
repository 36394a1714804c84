/** A value as text: what the string cast, `str()` and joined lists give. */
import { formatDay, formatTime } from './calendar.ts'
import { formatDecimal } from './decimal.ts'
import { formatFloat } from './numbers.ts'
import { kindOf, TAG } from './value.ts'
import type {
  DateTimeValue,
  DateValue,
  DecimalValue,
  DictValue,
  DurationValue,
  FloatValue,
  Value,
} from './value.ts'

/** Documents nested deeper are cut; the mark stands for the rest. */
const DEPTH_MAX = 100
const CUT = '…'

type Tagged = DateValue | DateTimeValue | DurationValue | DecimalValue | FloatValue

function taggedToText(value: Tagged): string {
  switch (value[TAG]) {
    case 'date':
      return formatDay(value.days)
    case 'datetime':
      return `${formatDay(value.days)} ${formatTime(value.micros)}`
    case 'duration': {
      const clock = formatTime(value.micros).replace(/^0(\d:)/, '$1')
      if (value.days === 0) return clock
      return `${value.days} day${Math.abs(value.days) === 1 ? '' : 's'}, ${clock}`
    }
    case 'decimal':
      return formatDecimal(value)
    case 'float':
      return formatFloat(value.float)
  }
}

/** A text inside a list or an object: in quotes, control characters escaped. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(/[\\\p{Cc}'"]/gu, (found) => {
    if (found === '\\') return '\\\\'
    if (found === '"' || found === "'") return found === mark ? `\\${found}` : found
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[found]
    return known ?? `\\x${found.codePointAt(0)?.toString(16).padStart(2, '0') ?? ''}`
  })
  return `${mark}${escaped}${mark}`
}

function inside(value: Value, depth: number): string {
  switch (kindOf(value)) {
    case 'string':
      return quote(value as string)
    case 'date':
    case 'datetime':
    case 'duration':
      return quote(taggedToText(value as Tagged))
    case 'decimal':
      return `Decimal('${taggedToText(value as Tagged)}')`
    case 'null':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'list':
    case 'dict':
      return toText(value, depth)
  }
}

/** `True`, `None`, `2.0`, `2015-09-30 19:04:27.113609`, `['a', 1]`: Python's own spelling of a value. */
export function toText(value: Value, depth = 0): string {
  if (depth > DEPTH_MAX) return CUT
  switch (kindOf(value)) {
    case 'null':
      return 'None'
    case 'boolean':
      return value === true ? 'True' : 'False'
    case 'string':
      return value as string
    case 'integer':
      return BigInt(value as number | bigint).toString()
    case 'float':
      return typeof value === 'number' ? formatFloat(value) : taggedToText(value as Tagged)
    case 'list':
      return `[${(value as readonly Value[]).map((item) => inside(item, depth + 1)).join(', ')}]`
    case 'dict': {
      const entries = Object.entries(value as DictValue)
      return `{${entries.map(([key, item]) => `${quote(key)}: ${inside(item, depth + 1)}`).join(', ')}}`
    }
    case 'date':
    case 'datetime':
    case 'duration':
    case 'decimal':
      return taggedToText(value as Tagged)
  }
}
