/** A JSONPath, taken apart. */
import type { Value } from '../value/value.ts'

export const JSON_PATH_COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'] as const
export type JsonPathComparison = (typeof JSON_PATH_COMPARISONS)[number]

/** One test of `[?(@.a > 1 & @.b)]`; without a comparison the path must only exist. */
export interface JsonPathTest {
  readonly path: readonly JsonPathStep[]
  readonly comparison: { readonly operator: JsonPathComparison; readonly value: Value } | null
}

export type JsonPathStep =
  /** `.name`, `['a','b']`: these members of objects. */
  | { readonly step: 'names'; readonly names: readonly string[] }
  /** `[0]`, `[-1]`, `[0,2]`. */
  | { readonly step: 'indices'; readonly indices: readonly number[] }
  /** `[1:3]`; an end left out is null. */
  | { readonly step: 'slice'; readonly start: number | null; readonly end: number | null }
  /** `.*`, `[*]`: all members or elements. */
  | { readonly step: 'all' }
  /** `..`: the value and everything below it. */
  | { readonly step: 'descendants' }
  /** `[?(…)]`: the elements that pass all tests. */
  | { readonly step: 'where'; readonly tests: readonly JsonPathTest[] }
