/** A fault as a value: parsing never throws, and tells all faults of a configuration at once. */
import type { Problem } from '#infra/platform/index.ts'
import type { FaultDetails } from '../problems.ts'

/** One thing wrong with a configuration. */
export interface Fault {
  /** `UCR_…`, as in `infra/docs/problems.md`. */
  readonly code: string
  /** `$.configured_indicators[2].filter.operator`: from the configuration's root. */
  readonly path: string
  readonly found: string
  readonly allowed: string
  readonly meant: string | null
  /** One sentence that says all of it. */
  readonly message: string
}

/** A configuration read: its tree, or everything that is wrong with it. Warnings do not stand in the way. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** An entry of the problem book that describes a place in a configuration. */
export type FaultKind = (details: FaultDetails) => Problem

export type Path = readonly PropertyKey[]

/** `$.a.b[2]['odd key']`. */
export function formatPath(path: Path, root = '$'): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = String(key)
    return /^[\w-]+$/.test(name) ? `${text}.${name}` : `${text}['${name}']`
  }, root)
}

/** What is found or wrong where, before the path from the root is known. */
export interface FaultParts {
  readonly kind: FaultKind
  readonly found: string
  readonly allowed: string
  readonly meant?: string | null
}

export function createFault(path: Path, { kind, found, allowed, meant = null }: FaultParts): Fault {
  const details = { path: formatPath(path), found, allowed, meant }
  const problem = kind(details)
  return Object.freeze({ code: problem.code, ...details, message: problem.message })
}

const TEXT_MAX = 60

/** A piece of configuration in a few words. */
export function describe(input: unknown): string {
  if (input === undefined) return 'nothing'
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : `a list of ${input.length}`
  if (typeof input === 'object' && input !== null) {
    const keys = Object.keys(input)
    return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 5).join(', ')}`
  }
  const text = JSON.stringify(input) ?? String(input)
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
}
