/** Ledgers computed again from their transactions, after a form of theirs was edited, archived or taken back. */
import type { PoolClient } from 'pg'
import { replayLedger } from '../cases/ledger.ts'

interface LedgerRow {
  readonly case_id: string
  readonly section_id: string
  readonly entry_id: string
  readonly form_id: string
  readonly position: number
  readonly kind: 'balance' | 'transfer'
  readonly delta: string
  readonly updated_balance: string
  readonly server_at: string
}

/** In the order of the case's own transactions: a form takes effect on its cases and their ledgers at once. */
const READ = `
select l.case_id, l.section_id, l.entry_id, l.form_id, l.position, l.kind, l.delta, l.updated_balance, l.server_at
from ingest.ledger_transactions l
left join ingest.case_transactions t
  on t.domain = l.domain and t.case_id = l.case_id and t.form_id = l.form_id and t.rebuild = 0
where l.domain = $1 and l.case_id = any($2::text[]) and not l.revoked
order by t.seq, l.position`

const CORRECT = `
update ingest.ledger_transactions l set delta = r.delta, updated_balance = r.updated_balance
from json_to_recordset($2::json) as r(case_id text, section_id text, entry_id text, form_id text, position integer,
  delta numeric, updated_balance numeric)
where l.domain = $1 and l.case_id = r.case_id and l.section_id = r.section_id and l.entry_id = r.entry_id
  and l.form_id = r.form_id and l.position = r.position`

const FILL = `
insert into ingest.ledger_values (domain, case_id, section_id, entry_id, balance, last_modified_at, last_modified_form_id)
select $1, r.case_id, r.section_id, r.entry_id, r.updated_balance, r.server_at, r.form_id
from json_to_recordset($2::json) as r(case_id text, section_id text, entry_id text, form_id text,
  updated_balance numeric, server_at timestamptz)`

/** The rows of one ledger, each with the balance that it leaves and what it changed. */
function recount(rows: readonly LedgerRow[]): readonly LedgerRow[] {
  const steps = replayLedger(
    rows.map(({ kind, delta, updated_balance }) => ({
      kind,
      quantity: kind === 'balance' ? updated_balance : delta,
    })),
  )
  return rows.map((row, n) => ({
    ...row,
    delta: steps[n]?.delta ?? row.delta,
    updated_balance: steps[n]?.balance ?? row.updated_balance,
  }))
}

/** Values and steps of these cases' ledgers, from the transactions that count; a value without any is removed. */
export async function rebuildLedgers(
  client: PoolClient,
  domain: string,
  caseIds: readonly string[],
): Promise<void> {
  const { rows } = await client.query<LedgerRow>(READ, [domain, caseIds])
  await client.query('delete from ingest.ledger_values where domain = $1 and case_id = any($2::text[])', [
    domain,
    caseIds,
  ])
  if (rows.length === 0) return
  const ledgers = Map.groupBy(rows, (row) => JSON.stringify([row.case_id, row.section_id, row.entry_id]))
  const counted = [...ledgers.values()].map(recount)
  await client.query(CORRECT, [domain, JSON.stringify(counted.flat())])
  await client.query(FILL, [domain, JSON.stringify(counted.flatMap((ledger) => ledger.slice(-1)))])
}
