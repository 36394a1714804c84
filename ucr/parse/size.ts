/** Bounds on a configuration, checked before anything else reads it: depth and number of values. */
import { specTooLarge } from '../problems.ts'
import { createFault } from './fault.ts'
import type { Fault } from './fault.ts'

const DEPTH_MAX = 150
const VALUES_MAX = 200_000

/** A fault when the configuration is too deep or too large; walks without recursion. */
export function checkSize(raw: unknown): Fault | null {
  const allowed = `at most ${DEPTH_MAX} levels deep and ${VALUES_MAX} values large`
  let level: unknown[] = [raw]
  let values = 0
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length
    if (depth > DEPTH_MAX)
      return createFault([], { kind: specTooLarge, found: `deeper than ${DEPTH_MAX}`, allowed })
    if (values > VALUES_MAX)
      return createFault([], { kind: specTooLarge, found: `more than ${VALUES_MAX} values`, allowed })
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
  return null
}
