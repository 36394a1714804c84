/** A case among its relatives: from the topmost ancestor down. */
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { CaseSnapshot } from '#ingest/contract.ts'
import { findCasesByIds, findChildCases } from '#warehouse/index.ts'
import type { CaseTree, CaseTreeNode } from '../contract.ts'
import { parseSnapshot } from './case-changes.ts'

const MOST_CASES = 500
const MOST_LEVELS = 20

async function findSnapshot(warehouse: WarehouseClient, domain: string, caseId: string) {
  const [found] = await findCasesByIds(warehouse, domain, [caseId])
  return found && parseSnapshot(found.document)
}

/** Follows the first index upwards; a circle ends where it began. */
async function findRoot(
  warehouse: WarehouseClient,
  domain: string,
  start: CaseSnapshot,
): Promise<CaseSnapshot> {
  const seen = new Set([start.case_id])
  let root = start
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const [index] = root.indices
    if (!index || seen.has(index.referenced_id)) return root
    const parent = await findSnapshot(warehouse, domain, index.referenced_id)
    if (!parent) return root
    seen.add(parent.case_id)
    root = parent
  }
  return root
}

/** @returns undefined when the domain has no such case */
export async function readCaseTree(
  warehouse: WarehouseClient,
  domain: string,
  caseId: string,
): Promise<CaseTree | undefined> {
  const current = await findSnapshot(warehouse, domain, caseId)
  if (!current) return undefined
  const seen = new Set<string>()
  let truncated = false

  async function toNode(snapshot: CaseSnapshot, parentId: string | null): Promise<CaseTreeNode> {
    seen.add(snapshot.case_id)
    const index = snapshot.indices.find(({ referenced_id }) => referenced_id === parentId)
    const children: CaseTreeNode[] = []
    for (const { id, document } of await findChildCases(warehouse, domain, snapshot.case_id)) {
      if (seen.has(id)) continue
      if (seen.size >= MOST_CASES) truncated = true
      else children.push(await toNode(parseSnapshot(document), snapshot.case_id))
    }
    return {
      case_id: snapshot.case_id,
      case_name: snapshot.name,
      case_type: snapshot.type,
      closed: snapshot.closed,
      identifier: index?.identifier ?? null,
      relationship: index?.relationship ?? null,
      is_current: snapshot.case_id === caseId,
      children,
    }
  }

  return { root: await toNode(await findRoot(warehouse, domain, current), null), truncated }
}
