/** How cases hang together: whether what they point to exists, and who follows a host that closes. */
import type { CaseSnapshot } from '../contract.ts'
import type { CaseProblem } from './case-block.ts'

/**
 * Checks all current indices of the cases whose indices a form has changed.
 * @param changed their states after the form.
 * @param exists whether a case of this domain has this id, cases of the same form included.
 * Source: reference §2.5.
 */
export function checkIndices(
  changed: readonly CaseSnapshot[],
  exists: (caseId: string) => boolean,
): CaseProblem | null {
  for (const { case_id, indices } of changed) {
    for (const { referenced_id } of indices) {
      if (exists(referenced_id)) continue
      return {
        problem: `InvalidCaseIndex: Case '${case_id}' references non-existent case '${referenced_id}'`,
      }
    }
  }
  return null
}

/**
 * The open extensions that close with these cases: extensions of extensions too, children never. Safe on cycles;
 * each id once, nearest first.
 * @param openExtensionsOf ids of the open cases that are an extension of this case.
 * Source: reference §2.5.
 */
export function extensionChain(
  closedIds: readonly string[],
  openExtensionsOf: (caseId: string) => readonly string[],
): readonly string[] {
  const seen = new Set(closedIds)
  const queue = [...closedIds]
  const chain: string[] = []
  for (let at = 0; at < queue.length; at++) {
    for (const extension of openExtensionsOf(queue[at] ?? '')) {
      if (seen.has(extension)) continue
      seen.add(extension)
      queue.push(extension)
      chain.push(extension)
    }
  }
  return chain
}
