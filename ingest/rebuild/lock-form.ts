/** A stored form and its cases, locked together: who takes locks in two goes can wait in a ring. */
import type { PoolClient } from 'pg'
import { caseKey, Held, waitForLocks } from '../store/locks.ts'
import type { LockRequest } from '../store/locks.ts'

const TRIES = 5

async function casesOfForm(client: PoolClient, domain: string, formId: string): Promise<string[]> {
  const { rows } = await client.query<{ case_id: string }>(
    `select distinct case_id from ingest.case_transactions where domain = $1 and form_id = $2 and rebuild = 0
     union select distinct case_id from ingest.ledger_transactions where domain = $1 and form_id = $2 order by 1`,
    [domain, formId],
  )
  return rows.map((row) => row.case_id)
}

/**
 * Waits for the given locks and those of the cases that the form has touched, as stored, in one order for all.
 * @returns those cases. @throws PLATFORM_POSTGRES_CONTENDED, or Held when the form's cases change all the time.
 */
export async function lockWithCases(
  client: PoolClient,
  request: LockRequest & { readonly formId: string },
  timeoutMs: number,
): Promise<readonly string[]> {
  const { domain, formId, keys } = request
  let expected = await casesOfForm(client, domain, formId)
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    await client.query('savepoint before_locks')
    await waitForLocks(client, { domain, keys: [...keys, ...expected.map(caseKey)] }, timeoutMs)
    const found = await casesOfForm(client, domain, formId)
    const locked = new Set(expected)
    if (found.every((caseId) => locked.has(caseId))) return found
    // Edited while we waited. Going back lets go of the locks.
    await client.query('rollback to savepoint before_locks')
    expected = found
  }
  throw new Held()
}
