/** Every change of a worker, its groups or its place goes through here: the version grows and the stream hears of it. */
import type { PoolClient } from 'pg'
import type { NewEvent, Postgres } from '#infra/platform/contract.ts'
import { appendEvents } from '#infra/platform/index.ts'
import { toFullUsername } from '../contract.ts'
import type { WorkerEvent } from '../contract.ts'
import { isoColumn } from '../text.ts'

const READ_EVENTS = `
  with recursive path as (
    select w.user_id, l.location_id, l.parent_id, 0 as depth
      from tenants.mobile_workers w join tenants.locations l on l.domain = w.domain and l.location_id = w.location_id
      where w.domain = $1 and w.user_id = any($2)
    union all
    select p.user_id, l.location_id, l.parent_id, p.depth + 1
      from path p join tenants.locations l on l.domain = $1 and l.location_id = p.parent_id
      where p.depth < 50
  )
  select w.domain, w.user_id, w.version::int as version, w.username, w.first_name, w.last_name, w.phone_number,
    w.location_id, w.is_active, w.is_demo, w.deleted_at is not null as is_deleted,
    ${isoColumn('w.created_at')} as created_at,
    coalesce((select array_agg(p.location_id order by p.depth) from path p where p.user_id = w.user_id), '{}') as location_path,
    coalesce((select array_agg(m.group_id order by m.group_id) from tenants.group_members m
      where m.domain = w.domain and m.user_id = w.user_id), '{}') as group_ids,
    coalesce((select array_agg(g.group_id order by g.group_id) from tenants.group_members m
      join tenants.groups g on g.domain = m.domain and g.group_id = m.group_id and g.case_sharing
      where m.domain = w.domain and m.user_id = w.user_id), '{}') as case_sharing_group_ids
  from tenants.mobile_workers w where w.domain = $1 and w.user_id = any($2) order by w.user_id`

/**
 * Takes the workers' rows for this transaction, in one order so that two changes never wait for each other, and raises
 * their versions. Call before the change, then `appendWorkerEvents` after it.
 * @returns the ids that exist.
 */
export async function lockWorkers(
  client: PoolClient,
  domain: string,
  userIds: readonly string[],
): Promise<string[]> {
  if (userIds.length === 0) return []
  const { rows } = await client.query<{ user_id: string }>(
    'select user_id from tenants.mobile_workers where domain = $1 and user_id = any($2) order by user_id for update',
    [domain, userIds],
  )
  const found = rows.map((row) => row.user_id)
  await client.query(
    'update tenants.mobile_workers set version = version + 1 where domain = $1 and user_id = any($2)',
    [domain, found],
  )
  return found
}

/** Appends the workers as they are now in this transaction to `user-events.v1`. */
export async function appendWorkerEvents(
  client: PoolClient,
  domain: string,
  userIds: readonly string[],
): Promise<void> {
  await appendEvents(client, await readEvents(client, domain, userIds))
}

async function readEvents(
  client: Pick<PoolClient, 'query'>,
  domain: string,
  userIds: readonly string[],
): Promise<readonly NewEvent[]> {
  if (userIds.length === 0) return []
  const { rows } = await client.query<WorkerEvent>(READ_EVENTS, [domain, userIds])
  return rows.map((row) => ({
    topic: 'user-events.v1' as const,
    domain,
    eventKey: row.user_id,
    payload: JSON.stringify({
      ...row,
      username: toFullUsername(domain, row.username),
    } satisfies WorkerEvent),
  }))
}

/** The version of each worker of a domain, deleted ones too: what a copy elsewhere is compared with. Sorted by id. */
export async function readWorkerVersions(
  { pool }: Pick<Postgres, 'pool'>,
  domain: string,
): Promise<readonly { readonly id: string; readonly version: number }[]> {
  const { rows } = await pool.query<{ id: string; version: number }>(
    'select user_id as id, version::int as version from tenants.mobile_workers where domain = $1 order by user_id',
    [domain],
  )
  return rows
}

/** The events that `repeatWorkers` would append, appended nowhere. */
export function readWorkerEvents(
  { pool }: Pick<Postgres, 'pool'>,
  domain: string,
  userIds: readonly string[],
): Promise<readonly NewEvent[]> {
  return readEvents(pool, domain, userIds)
}

/**
 * Sends workers into the stream once more as they are, with the versions that they have: for a reader that lost them.
 * @returns the ids that exist.
 */
export async function repeatWorkers(
  postgres: Postgres,
  domain: string,
  userIds: readonly string[],
): Promise<readonly string[]> {
  return postgres.transaction(async (client) => {
    const events = await readEvents(client, domain, userIds)
    await appendEvents(client, events)
    return events.map((event) => event.eventKey)
  })
}
