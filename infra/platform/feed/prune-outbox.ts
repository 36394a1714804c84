/** The outbox is a log to deliver from, not an archive: what everybody has and nobody will ask for again goes. */
import type { Postgres } from '../contract.ts'

export interface PruneOptions {
  /** Younger events stay although delivered, for consumers to be added or set back. */
  readonly keepHours: number
  /** Events a statement; 5,000 unless told. */
  readonly batchEvents?: number | undefined
}

/** Deletes what every known consumer has delivered and is older than `keepHours`. Nothing while there is no consumer. */
export async function pruneOutbox(
  postgres: Postgres,
  options: PruneOptions,
): Promise<{ readonly deletedEvents: number }> {
  const { keepHours, batchEvents = 5_000 } = options
  let deletedEvents = 0
  for (;;) {
    const { rowCount } = await postgres.pool.query(
      `with slowest as (
         select c.done_xid, c.done_seq from feed.consumers c order by c.done_xid, c.done_seq limit 1
       ), old as (
         select o.xid, o.seq from feed.outbox o, slowest s
         where (o.xid, o.seq) <= (s.done_xid, s.done_seq) and o.created_at < now() - make_interval(hours => $1)
         order by o.xid, o.seq limit $2
       )
       delete from feed.outbox o using old where o.xid = old.xid and o.seq = old.seq`,
      [keepHours, batchEvents],
    )
    deletedEvents += rowCount ?? 0
    if ((rowCount ?? 0) < batchEvents) return { deletedEvents }
  }
}
