/** What must be true of every case of a domain whatever has happened: I3, I4, and ledgers that add up. */
import { expect } from 'vitest'
import type { Postgres } from '#infra/platform/contract.ts'
import { rebuildCase } from '../cases/replay.ts'
import { CaseEvent } from '../contract.ts'
import { readTransactions } from '../rebuild/rebuild-cases.ts'
import { CASE_COLUMNS, toStoredCase } from '../store/read-existing.ts'
import type { CaseRow, StoredCase } from '../store/read-existing.ts'

async function readAllCases({ pool }: Postgres, domain: string): Promise<readonly StoredCase[]> {
  const text = `select ${CASE_COLUMNS} from ingest.cases c where c.domain = $1 order by c.case_id`
  return (await pool.query<CaseRow>(text, [domain])).rows.map(toStoredCase)
}

/** I3. When it changed on the server, and all times of a case without a past, come from the rebuild that set them. */
async function expectReplays(
  postgres: Postgres,
  domain: string,
  cases: readonly StoredCase[],
): Promise<void> {
  const ids = cases.map(({ snapshot }) => snapshot.case_id)
  const transactions = await readTransactions(postgres.pool, domain, ids)
  for (const { snapshot } of cases) {
    const rows = transactions.get(snapshot.case_id) ?? []
    const replayed = rebuildCase(snapshot.case_id, rows, { rebuiltAt: snapshot.modified_at })
    const { server_modified_at } = snapshot
    expect({ ...replayed, server_modified_at }).toEqual(snapshot)
    expect(server_modified_at).toBe(rows.map((row) => row.server_at).reduce((a, b) => (a > b ? a : b)))
  }
}

/** I4. */
async function expectChains({ pool }: Postgres, domain: string, cases: readonly StoredCase[]): Promise<void> {
  const { rows } = await pool.query<{ payload: string }>(
    `select payload from feed.outbox where topic = 'case-events.v1' and domain = $1 order by seq`,
    [domain],
  )
  const events = Map.groupBy(
    rows.map((row) => CaseEvent.parse(JSON.parse(row.payload))),
    (event) => event.case_id,
  )
  expect([...events.keys()].toSorted()).toEqual(cases.map(({ snapshot }) => snapshot.case_id))
  for (const { snapshot, version } of cases) {
    const chain = (events.get(snapshot.case_id) ?? []).toSorted((a, b) => a.version - b.version)
    expect(chain.map((event) => event.version)).toEqual(Array.from({ length: version }, (_, n) => n + 1))
    for (const [n, event] of chain.entries()) expect(event.before).toEqual(chain[n - 1]?.after ?? null)
    expect(chain.at(-1)?.after).toEqual(snapshot)
  }
}

interface Step {
  readonly ledger: string
  readonly kind: string
  readonly delta: string
  readonly updated_balance: string
}

/** Quantities of tests are small whole numbers, which this counts in its own way. */
async function expectBalances({ pool }: Postgres, domain: string): Promise<void> {
  const { rows } = await pool.query<Step>(
    `select l.case_id || '/' || l.section_id || '/' || l.entry_id as ledger, l.kind, l.delta, l.updated_balance
     from ingest.ledger_transactions l join ingest.case_transactions t
       on t.domain = l.domain and t.case_id = l.case_id and t.form_id = l.form_id and t.rebuild = 0
     where l.domain = $1 and not l.revoked order by t.seq, l.position`,
    [domain],
  )
  const counted: Record<string, number> = {}
  for (const { ledger, kind, delta, updated_balance } of rows) {
    const before = counted[ledger] ?? 0
    const after = kind === 'balance' ? Number(updated_balance) : before + Number(delta)
    expect([ledger, Number(updated_balance), Number(delta)]).toEqual([ledger, after, after - before])
    counted[ledger] = after
  }
  const stored = await pool.query<{ ledger: string; balance: string }>(
    `select case_id || '/' || section_id || '/' || entry_id as ledger, balance
     from ingest.ledger_values where domain = $1`,
    [domain],
  )
  expect(Object.fromEntries(stored.rows.map((row) => [row.ledger, Number(row.balance)]))).toEqual(counted)
}

/** @returns how many cases were looked at. */
export async function expectInvariants(postgres: Postgres, domain: string): Promise<number> {
  const cases = await readAllCases(postgres, domain)
  await expectReplays(postgres, domain, cases)
  await expectChains(postgres, domain, cases)
  await expectBalances(postgres, domain)
  return cases.length
}
