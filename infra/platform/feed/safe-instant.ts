/** Until when the outbox is complete: an event with an earlier `created_at` is either visible by now or will never be. */
import type { PoolClient } from 'pg'

/**
 * Ask before the statement whose snapshot it is meant for. The `xid` of an event is assigned before its `created_at` is taken, so an
 * event that this snapshot cannot see belongs to a transaction that is in the list below now, or was created after now.
 */
export async function readSafeInstant(client: Pick<PoolClient, 'query'>): Promise<string> {
  const { rows } = await client.query<{ safe_at: string }>({
    name: 'feed-safe-instant',
    text: `select least(statement_timestamp(), (select min(xact_start) from pg_stat_activity
      where backend_xid is not null and datname = current_database() and pid <> pg_backend_pid())) as safe_at`,
  })
  return rows[0]?.safe_at ?? '-infinity'
}
