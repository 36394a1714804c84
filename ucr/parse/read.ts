/** Running a schema over a whole configuration: size, shape, then the checks that need all of it. */
import type { z } from 'zod'
import type { Fault, Parsed } from './fault.ts'
import { findIgnored } from './ignored.ts'
import { toFaults } from './issues.ts'
import { checkSize } from './size.ts'
import { findInvalidStatements } from './statements.ts'

/** Freezes a tree and all below it. Maps stay maps; their values are frozen. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  const children = value instanceof Map ? value.values() : Object.values(value)
  for (const child of children) deepFreeze(child)
  return value
}

const byPath = (a: Fault, b: Fault): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

export function refused<T>(faults: readonly Fault[]): Parsed<T> {
  return { ok: false, faults: [...faults].sort(byPath) }
}

interface ReadOptions<T> {
  /** Keys of the outermost object, for the fault about an unknown one. */
  readonly keys: readonly string[]
  /** What is wrong with a configuration whose shape is right. */
  readonly check: (value: T) => readonly Fault[]
}

/** A configuration as a frozen tree, or all its faults in the order of their paths. */
export function readWhole<T>(schema: z.ZodType<T>, raw: unknown, { keys, check }: ReadOptions<T>): Parsed<T> {
  const tooLarge = checkSize(raw)
  if (tooLarge !== null) return refused([tooLarge])
  const result = schema.safeParse(raw, { reportInput: true })
  if (!result.success) return refused(toFaults(result.error, keys))
  const faults = check(result.data)
  if (faults.length > 0) return refused(faults)
  const warnings = [...findIgnored(raw, result.data), ...findInvalidStatements(result.data)]
  return { ok: true, value: deepFreeze(result.data), warnings: warnings.sort(byPath) }
}
