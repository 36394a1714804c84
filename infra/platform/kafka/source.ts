/** Which history a position belongs to: positions are transaction numbers of one database of one server. */
import type { Postgres } from '../contract.ts'

/** Differs after a restore into another server, a point-in-time recovery or a failover: each of them may give a number out twice. */
export async function readSource(postgres: Postgres): Promise<string> {
  const { rows } = await postgres.pool.query<{ source: string }>(
    `select s.system_identifier || '.' || c.timeline_id || '.' || d.oid as source
     from pg_control_system() s, pg_control_checkpoint() c, pg_database d where d.datname = current_database()`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('Postgres has not said which database this is')
  return row.source
}
