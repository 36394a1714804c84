/** The one row that remembers what the archiver last did, for people to see. */
import type { Postgres } from '#infra/platform/contract.ts'
import { Problem } from '#infra/platform/index.ts'

/** @returns the id of this platform's archive, made at the first time. */
export async function beginRun({ pool }: Postgres): Promise<string> {
  const { rows } = await pool.query<{ archive_id: string }>(
    `insert into ingest.archive (last_run_at) values (now())
     on conflict (is_only) do update set last_run_at = excluded.last_run_at returning archive_id::text as archive_id`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('an insert returned no row')
  return row.archive_id
}

export async function endRun({ pool }: Postgres): Promise<void> {
  await pool.query('update ingest.archive set last_done_at = now(), last_error_code = null')
}

export async function failRun({ pool }: Postgres, error: unknown): Promise<void> {
  const code = error instanceof Problem ? error.code : 'bug'
  await pool.query('update ingest.archive set last_error_at = now(), last_error_code = $1', [code])
}

export async function rememberVerification({ pool }: Postgres, faults: number): Promise<void> {
  await pool.query('update ingest.archive set verified_at = now(), verified_faults = $1', [faults])
}
