/** Cases computed again from their transactions, after a form of theirs was edited, archived or taken back. */
import type { PoolClient } from 'pg'
import type { NewEvent } from '#infra/platform/contract.ts'
import { replayLedger } from '../cases/ledger.ts'
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
 * Adds the rebuilt cases, a rebuild transaction each, and their events to the set.
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
  for (const caseId of caseIds) {
    const before = stored.get(caseId)
    const rows = transactions.get(caseId) ?? []
    const after = { ...rebuildCase(caseId, rows, { rebuiltAt: at }), server_modified_at: at }
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

interface LedgerRow {
  readonly case_id: string
  readonly section_id: string
  readonly entry_id: string
  readonly form_id: string
  readonly kind: 'balance' | 'transfer'
  readonly delta: string
  readonly updated_balance: string
  readonly server_at: string
}

const LEDGER_ROWS = `
select case_id, section_id, entry_id, form_id, kind, delta, updated_balance, server_at
from ingest.ledger_transactions
where domain = $1 and case_id = any($2::text[]) and not revoked
order by case_id, section_id, entry_id, server_at, form_id, position`

/** Ledger values of these cases, replayed from the transactions that count; a value without any is removed. */
export async function rebuildLedgers(
  client: PoolClient,
  domain: string,
  caseIds: readonly string[],
): Promise<void> {
  const { rows } = await client.query<LedgerRow>(LEDGER_ROWS, [domain, caseIds])
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.case_id, row.section_id, row.entry_id]))
  await client.query('delete from ingest.ledger_values where domain = $1 and case_id = any($2::text[])', [
    domain,
    caseIds,
  ])
  for (const entries of groups.values()) {
    const last = entries.at(-1)
    const quantities = entries.map((row) => ({
      kind: row.kind,
      quantity: row.kind === 'balance' ? row.updated_balance : row.delta,
    }))
    if (last === undefined) continue
    await client.query(
      `insert into ingest.ledger_values (domain, case_id, section_id, entry_id, balance, last_modified_at, last_modified_form_id)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        domain,
        last.case_id,
        last.section_id,
        last.entry_id,
        replayLedger(quantities),
        last.server_at,
        last.form_id,
      ],
    )
  }
}
