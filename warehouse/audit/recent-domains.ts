/** Which domains have new events since the last time somebody asked. */
import type { Postgres } from '#infra/platform/index.ts'

export interface RecentDomains {
  /** None on the first call. Sorted. */
  take(): Promise<readonly string[]>
}

/** What commits late under an older position is missed here; full passes look at every domain. */
export function createRecentDomains({ pool }: Postgres): RecentDomains {
  let from: { readonly xid: string; readonly seq: string } | undefined
  return {
    async take() {
      const { rows } = await pool.query<{ xid: string; seq: string }>(
        'select xid::text as xid, seq::text as seq from feed.outbox order by xid desc, seq desc limit 1',
      )
      const since = from
      from = rows[0] ?? from
      if (since === undefined) return []
      const recent = await pool.query<{ domain: string }>(
        `select distinct domain from feed.outbox where (xid, seq) > ($1::xid8, $2::bigint) order by domain`,
        [since.xid, since.seq],
      )
      return recent.rows.map((row) => row.domain)
    },
  }
}
