/** What an audit names. */
import type { Audited } from './originals.ts'

/** Tables that say of a case what `cases` says, each in its way. */
export const CASE_COPIES = ['case_facts', 'case_changes'] as const
export type CaseCopy = (typeof CASE_COPIES)[number]

export const DIFFERENCE_KINDS = ['missing', 'extra', 'stale', 'changed'] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

export interface Difference {
  readonly domain: string
  /** `case_facts`, `case_changes`: the case is right in `cases` and not there. */
  readonly what: Audited | CaseCopy
  readonly id: string
  /** `stale`: of another version. `changed`: of the right version, with other contents, or there more than once. */
  readonly kind: DifferenceKind
  /** Null where there is none. Of `case_changes`, the number of changes, which is the version of the case. */
  readonly expected_version: number | null
  readonly found_version: number | null
  /** What is there would win over what is sent again, so it has to go first. */
  readonly must_remove: boolean
}

/** Of which document a difference is, whatever table shows it. */
export function documentOf(what: Difference['what']): Audited {
  return what === 'case_facts' || what === 'case_changes' ? 'cases' : what
}
