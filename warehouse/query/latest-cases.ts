/** Where lists and counts of cases are read: the newest version of each, and nothing of the versions before. */
import type { Condition } from './emw.ts'

export interface CaseCondition extends Condition {
  /** Few rows fulfil it. */
  readonly isSelective: boolean
}

/**
 * The end of a select: `from` and `where`, to which `and …` may be added. Final is what costs: of a selective condition, the
 * rows of any version that fulfil it are found first, and final then merges the versions of those cases alone.
 */
export function latestCases({ sql, isSelective }: Pick<CaseCondition, 'sql' | 'isSelective'>): string {
  if (!isSelective) return `case_facts final where ${sql}`
  return `case_facts final prewhere case_hash in (select case_hash from case_facts where ${sql}) where ${sql}`
}
