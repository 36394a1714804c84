import type { RelatedCase } from '#ingest/index.ts'
import type { CaseTreeNode } from '../contract.ts'

/** At most 500 nodes; the depth is bounded by that. */
export function toTreeNode(related: RelatedCase): CaseTreeNode {
  return { ...related, children: related.children.map(toTreeNode) }
}
