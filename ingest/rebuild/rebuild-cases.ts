/** Cases computed again from their transactions, after a form of theirs was edited, archived or taken back. */
import type { PoolClient } from 'pg'
import { reach } from '#infra/platform/index.ts'
import type { NewEvent } from '#infra/platform/contract.ts'
import { touchCase } from '../cases/apply-case-block.ts'
import { rebuildCase } from '../cases/replay.ts'
import type { CaseTransaction } from '../cases/replay.ts'
import { readCases } from '../store/read-existing.ts'
import type { WriteSet } from '../store/write-set.ts'
import { caseEvent } from '../submit/form-row.ts'

const TRANSACTIONS = `
select t.case_id, t.form_id, t.type, t.rebuild, t.revoked, t.server_at, t.seq::text as seq, t.blocks, f.edited_at
from ingest.case_transactions t
left join ingest.forms f on f.domain = t.domain and f.form_id = t.form_id
where t.domain = $1 and t.case_id = any($2::text[])`

type TransactionRow = CaseTransaction & { readonly case_id: string }

/** All transactions of some cases, rebuilds included, in no order. */
export async function readTransactions(
  client: Pick<PoolClient, 'query'>,
  domain: string,
  caseIds: readonly string[],
): Promise<Map<string, TransactionRow[]>> {
  const { rows } = await client.query<TransactionRow>(TRANSACTIONS, [domain, caseIds])
  const byCase = new Map<string, TransactionRow[]>(caseIds.map((caseId) => [caseId, []]))
  for (const row of rows) byCase.get(row.case_id)?.push(row)
  return byCase
}

/** Why cases are rebuilt: because of this form, at this instant. */
export interface RebuildCause {
  readonly domain: string
  readonly formId: string
  /** One of the rebuild bits of a transaction's type. */
  readonly type: number
  readonly userId: string | null
  readonly at: string
}

/**
 * Adds the rebuilt cases, a rebuild transaction each, and their events to the set. When it changed never moves back.
 * The transactions must already be as they shall count, and the cases locked.
 */
export async function rebuildCases(
  client: PoolClient,
  set: WriteSet,
  caseIds: readonly string[],
  cause: RebuildCause,
): Promise<void> {
  const { domain, formId, type, at } = cause
  const stored = new Map((await readCases(client, caseIds)).map((one) => [one.snapshot.case_id, one]))
  const transactions = await readTransactions(client, domain, caseIds)
  for (const [place, caseId] of caseIds.entries()) {
    if (place > 0) reach('ingest.rebuild.middle')
    const before = stored.get(caseId)
    const rows = transactions.get(caseId) ?? []
    const replayed = rebuildCase(caseId, rows, { rebuiltAt: at })
    const after = touchCase(touchCase(replayed, at), before?.snapshot.server_modified_at ?? '')
    const version = (before?.version ?? 0) + 1
    const rebuild = 1 + Math.max(0, ...rows.filter((row) => row.form_id === formId).map((row) => row.rebuild))
    set.cases.set(caseId, { domain, stored: before?.snapshot ?? null, after, version })
    set.transactions.push({
      domain,
      case_id: caseId,
      form_id: formId,
      rebuild,
      type,
      server_at: at,
      client_at: null,
      sync_log_id: null,
      revoked: false,
      user_id: cause.userId,
      details: null,
      blocks: [],
      seq: null,
    })
    const states = { before: before?.snapshot ?? null, after }
    const event: NewEvent = caseEvent(domain, version, states, {
      formId,
      type,
      userId: cause.userId,
      changedAt: at,
      serverAt: at,
    })
    set.events.push(event)
  }
}
