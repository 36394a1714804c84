/** A value as a double, where it is a number or the text of one. */
import { floatIn } from './compare.ts'
import { decimalToNumber } from './decimal.ts'
import { readFloat } from './numbers.ts'
import { kindOf } from './value.ts'
import type { DecimalValue, Value } from './value.ts'

export function toDouble(value: Value): number | null {
  switch (kindOf(value)) {
    case 'boolean':
    case 'integer':
      return Number(value)
    case 'float':
      return floatIn(value)
    case 'decimal':
      return decimalToNumber(value as DecimalValue)
    case 'string':
      return readFloat(value as string)
    case 'null':
    case 'date':
    case 'datetime':
    case 'duration':
    case 'list':
    case 'dict':
      return null
  }
}
