/** Documents sent into the stream once more, as they are held here: for a reader that lost them after the outbox forgot them. */
import type { PoolClient } from 'pg'
import type { NewEvent, Postgres } from '#infra/platform/contract.ts'
import { appendEvents } from '#infra/platform/index.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { readNoMember } from '../archive/read-member.ts'
import { historyOf, type CaseTransaction } from '../cases/replay.ts'
import { readCases, type StoredCase } from '../store/read-existing.ts'
import { caseEvent, formEvent } from '../submit/form-row.ts'
import type { Fingerprinted } from './fingerprints.ts'
import { readFormSnapshot } from './form-reads.ts'

/** Documents of one transaction. */
const BATCH = 200
/** Forms read at the same time. */
const AT_A_TIME = 4

type Client = Pick<PoolClient, 'query'>

interface TransactionRow extends CaseTransaction {
  readonly case_id: string
  readonly user_id: string | null
  readonly client_at: string | null
}

const TRANSACTIONS = `
select t.case_id, t.form_id, t.type, t.rebuild, t.revoked, t.server_at, t.client_at, t.user_id, t.seq::text as seq, t.blocks,
  f.edited_at
from ingest.case_transactions t left join ingest.forms f on f.domain = t.domain and f.form_id = t.form_id
where t.domain = $1 and t.case_id = any($2::text[]) order by t.case_id, t.seq, t.recorded_at`

/**
 * Appends events of forms, or of cases with all their changes, with the versions that they had. Whoever has them already
 * keeps what it has: readers apply by version.
 * @returns the ids of which something was found.
 */
export async function repeatDocuments(
  postgres: Postgres,
  asked: { readonly domain: string; readonly what: Fingerprinted; readonly ids: readonly string[] },
  readMember: ReadMember = readNoMember,
): Promise<readonly string[]> {
  const { domain, what, ids } = asked
  const repeated: string[] = []
  for (let at = 0; at < ids.length; at += BATCH) {
    const some = ids.slice(at, at + BATCH)
    // Forms are read before the transaction, which shall not wait for the archive; one that changes meanwhile sends its own event.
    const forms =
      what === 'forms' ? await formEvents({ client: postgres.pool, readMember }, domain, some) : []
    await postgres.transaction(async (client) => {
      const events = what === 'forms' ? forms : await caseEvents(client, domain, some)
      await appendEvents(client, events)
      repeated.push(...new Set(events.map((event) => event.eventKey)))
    })
  }
  return repeated
}

/**
 * The events that `repeatDocuments` would append, appended nowhere: what a copy elsewhere is compared with. Of a case one
 * event for each version, oldest first.
 */
export async function readDocumentEvents(
  postgres: Postgres,
  asked: { readonly domain: string; readonly what: Fingerprinted; readonly ids: readonly string[] },
  readMember: ReadMember = readNoMember,
): Promise<readonly NewEvent[]> {
  const { domain, what, ids } = asked
  if (ids.length === 0) return []
  return what === 'forms'
    ? formEvents({ client: postgres.pool, readMember }, domain, ids)
    : caseEvents(postgres.pool, domain, ids)
}

async function formEvents(
  source: { readonly client: Client; readonly readMember: ReadMember },
  domain: string,
  ids: readonly string[],
): Promise<NewEvent[]> {
  const events: NewEvent[] = []
  for (let at = 0; at < ids.length; at += AT_A_TIME) {
    const some = ids.slice(at, at + AT_A_TIME).map((id) => readFormSnapshot(source, domain, id))
    for (const found of await Promise.all(some)) {
      if (found !== null) events.push(formEvent(domain, found.version, found.snapshot))
    }
  }
  return events
}

async function caseEvents(client: Client, domain: string, ids: readonly string[]): Promise<NewEvent[]> {
  const stored = (await readCases(client, ids)).filter((one) => one.domain === domain)
  const { rows } = await client.query<TransactionRow>(TRANSACTIONS, [domain, ids])
  const byCase = Map.groupBy(rows, (row) => row.case_id)
  return stored.flatMap((one) => changesOf(domain, one, byCase.get(one.snapshot.case_id) ?? []))
}

/**
 * One event for each version, oldest first: each change of a case took the next number in the order of its transactions, so
 * the last is the present version; an edited form shares the number of the form that it replaces. States in between
 * are those of today's truth, in which a form taken back never was.
 */
function changesOf(
  domain: string,
  { snapshot, version }: StoredCase,
  transactions: readonly TransactionRow[],
): readonly NewEvent[] {
  const numbered = new Map(transactions.map((row) => [row.seq, row]))
  const counted = [...numbered.values()].slice(-version)
  const steps = new Map(historyOf(transactions).map((step) => [step.transaction, step]))
  return counted.map((row, index) => {
    const isLast = index === counted.length - 1
    const step = steps.get(row)
    const states = {
      before: step?.before ?? null,
      after: isLast ? snapshot : (step?.after ?? snapshot),
    }
    return caseEvent(domain, version - counted.length + 1 + index, states, {
      formId: row.form_id,
      type: row.type,
      userId: row.user_id,
      changedAt: (row.rebuild === 0 ? row.client_at : null) ?? row.server_at,
      serverAt: row.server_at,
    })
  })
}
