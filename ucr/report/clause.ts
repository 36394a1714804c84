/** The conditions of a report's query, as values: what the filters of a request come to. All of them must hold. */
import type { Value } from '../value/value.ts'

export type Clause =
  | {
      readonly op: 'compare'
      readonly field: string
      readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>='
      readonly value: Value
    }
  /** Like `!=`, but null differs from a value and equals null. */
  | { readonly op: 'distinct_from'; readonly field: string; readonly value: Value }
  /** A null end is open. */
  | {
      readonly op: 'range'
      readonly field: string
      readonly from: Value
      readonly to: Value
      readonly includesTo: boolean
    }
  /** Any of the fields has one of the values; `orNull` also when it has none. */
  | {
      readonly op: 'in'
      readonly fields: readonly string[]
      readonly values: readonly Value[]
      readonly orNull: boolean
    }
  | { readonly op: 'is_null'; readonly field: string; readonly isNull: boolean }
  /** No row at all. */
  | { readonly op: 'nothing' }
