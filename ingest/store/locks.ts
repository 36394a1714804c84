/**
 * Who may change what at the same time, across all processes: transaction locks on hashes of form and case ids, the same for
 * every domain because an id may belong to one domain only. A form with very many cases locks its whole domain
 * instead of thousands of ids, for which Postgres would have no room; everybody else holds the domain's gate shared.
 */
import { hash } from 'node:crypto'
import type { PoolClient } from 'pg'

/** Thrown when somebody else holds what is needed, and waiting for it would not help. */
export class Held extends Error {}

/** Above this many keys a form takes the gate of its domain alone. */
export const GATE_KEYS = 500

export const formKey = (formId: string): string => toKey('form', formId)
export const caseKey = (caseId: string): string => toKey('case', caseId)
const gateKey = (domain: string): string => toKey('gate', domain)

/** The first 63 bits of a hash, as the decimal text of a bigint. */
function toKey(kind: string, id: string): string {
  const digest = hash('md5', `${kind}:${id}`, 'buffer')
  return (digest.readBigUInt64BE() >> 1n).toString()
}

const TRY_LOCKS = `
select k.key::text as key from (
  select key, case when shared then pg_try_advisory_xact_lock_shared(key) else pg_try_advisory_xact_lock(key) end as ok
  from unnest($1::bigint[], $2::boolean[]) as l(key, shared)
) as k where not k.ok`

export interface LockRequest {
  readonly domain: string
  readonly keys: readonly string[]
}

/**
 * Takes what is free and never waits, so that no batch is held up and nothing can deadlock.
 * @returns for each request whether all of its locks are held.
 */
export async function tryLocks(
  client: PoolClient,
  requests: readonly LockRequest[],
): Promise<readonly boolean[]> {
  const keys = new Map<string, boolean>()
  for (const { domain } of requests) keys.set(gateKey(domain), true)
  for (const request of requests) for (const key of request.keys) keys.set(key, false)
  const { rows } = await client.query<{ key: string }>({
    name: 'ingest-try-locks',
    text: TRY_LOCKS,
    values: [[...keys.keys()], [...keys.values()]],
  })
  if (rows.length === 0) return requests.map(() => true)
  const refused = new Set(rows.map(({ key }) => key))
  return requests.map(
    ({ domain, keys }) => !refused.has(gateKey(domain)) && !keys.some((key) => refused.has(key)),
  )
}

/**
 * Takes locks one after another in a fixed order, waiting for each at most `timeoutMs`.
 * @throws PLATFORM_POSTGRES_CONTENDED
 */
export async function waitForLocks(
  client: PoolClient,
  request: LockRequest,
  timeoutMs: number,
): Promise<void> {
  await client.query(`select set_config('lock_timeout', $1, true)`, [
    `${Math.max(1, Math.round(timeoutMs))}ms`,
  ])
  const gate = gateKey(request.domain)
  if (request.keys.length > GATE_KEYS) {
    await client.query('select pg_advisory_xact_lock($1)', [gate])
    return
  }
  await client.query('select pg_advisory_xact_lock_shared($1)', [gate])
  // One statement locks in the order of the array; all who wait use the same order.
  await client.query('select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as l(key)', [
    sortKeys(request.keys),
  ])
}

function sortKeys(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1))
}
