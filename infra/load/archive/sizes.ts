/** What forms take up in Postgres, relation by relation. */
import type { Postgres } from '#infra/platform/index.ts'

export interface RelationSize {
  readonly relation: string
  readonly bytes: number
}

/** Tables, their indexes and what is kept out of line, of everything that grows with forms but cases, transactions and the outbox. */
const SIZES = `
select case when t.relname like 'pg_toast%' then 'out of line: ' || p.relname else t.relname end as relation,
  sum(pg_relation_size(t.oid, fork))::bigint as bytes
from pg_class p
join lateral (
  select p.oid union all select i.indexrelid from pg_index i where i.indrelid = p.oid
  union all select p.reltoastrelid where p.reltoastrelid <> 0
  union all select i.indexrelid from pg_index i where i.indrelid = p.reltoastrelid
) part(oid) on true
join pg_class t on t.oid = part.oid, unnest(array['main', 'fsm', 'vm']) as fork
where p.relnamespace = 'ingest'::regnamespace and p.relkind = 'r'
  and p.relname in ('forms', 'form_attachments', 'archive_objects', 'archive_dictionaries')
group by 1 order by 2 desc`

export async function readSizes({ pool }: Postgres): Promise<readonly RelationSize[]> {
  const { rows } = await pool.query<RelationSize>(SIZES)
  return rows
}

export const totalOf = (sizes: readonly RelationSize[]): number =>
  sizes.reduce((sum, { bytes }) => sum + bytes, 0)
