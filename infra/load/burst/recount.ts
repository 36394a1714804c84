import type { LoadPlatform } from '../bench/load-platform.ts'

const AT_ONCE = 10_000

export interface Recount {
  /** Acknowledged and not in Postgres. */
  readonly lost: number
  /** In Postgres and not in the warehouse, or there twice. */
  readonly warehouseOff: number
  readonly kept: number
}

/** Counts every form that was acknowledged, one by one, and both stores against each other. */
export async function recount(
  { postgres, warehouse, domains }: LoadPlatform,
  acknowledged: readonly string[],
): Promise<Recount> {
  const [domain = ''] = domains
  let found = 0
  for (let at = 0; at < acknowledged.length; at += AT_ONCE) {
    const { rowCount } = await postgres.pool.query(
      'select from ingest.forms where domain = $1 and form_id = any($2::text[])',
      [domain, acknowledged.slice(at, at + AT_ONCE)],
    )
    found += rowCount ?? 0
  }
  const { rows } = await postgres.pool.query<{ count: string }>(
    'select count(*) from ingest.forms where domain = $1',
    [domain],
  )
  const kept = Number(rows[0]?.count ?? 0)
  const result = await warehouse.query({
    query: 'select count() as count from forms final where domain = {domain:String}',
    query_params: { domain },
    format: 'JSONEachRow',
  })
  const [loaded] = await result.json<{ count: string }>()
  return {
    lost: acknowledged.length - found,
    warehouseOff: Math.abs(kept - Number(loaded?.count ?? 0)),
    kept,
  }
}
