/** How far the archive is: for the command line, the pages and the metrics. */
import type { Postgres } from '#infra/platform/contract.ts'

export interface ArchiveStatus {
  readonly objects: number
  /** Of all objects, as stored. */
  readonly bytes: number
  /** XML and attachments in them, before compression. */
  readonly raw_bytes: number
  readonly archived_forms: number
  readonly archived_attachments: number
  /** Forms whose bytes are in Postgres; above `WAITING_LIMIT` it is not counted further. */
  readonly waiting_forms: number
  /** When the form that has waited longest was received. */
  readonly oldest_waiting_at: string | null
  readonly last_run_at: string | null
  /** When a run last ended without an error. */
  readonly last_done_at: string | null
  readonly last_error_at: string | null
  /** Code of the Problem, or `bug`; null since the last run without an error. */
  readonly last_error_code: string | null
  readonly verified_at: string | null
  /** Members and objects that the last verification found missing or damaged. */
  readonly verified_faults: number | null
}

/** Counting further would cost more than it tells. */
export const WAITING_LIMIT = 1_000_000

const STATUS = `
select o.objects, o.bytes, o.raw_bytes, o.archived_forms, o.archived_attachments, w.waiting_forms, w.oldest_waiting_at,
  a.last_run_at, a.last_done_at, a.last_error_at, a.last_error_code, a.verified_at, a.verified_faults
from (select 1) one left join ingest.archive a on true,
  (select count(*) as objects, coalesce(sum(bytes), 0)::bigint as bytes, coalesce(sum(raw_bytes), 0)::bigint as raw_bytes,
     coalesce(sum(forms), 0)::bigint as archived_forms,
     coalesce(sum(attachments), 0)::bigint as archived_attachments
   from ingest.archive_objects) o,
  (select count(*) as waiting_forms, min(received_at) as oldest_waiting_at
   from (select received_at from ingest.forms where xml_deflated is not null limit ${WAITING_LIMIT}) f) w`

/** One query, over the objects and over the forms that wait. */
export async function readArchiveStatus({ pool }: Postgres): Promise<ArchiveStatus> {
  const { rows } = await pool.query<ArchiveStatus>(STATUS)
  const [status] = rows
  if (status === undefined) throw new Error('an aggregate gave no row')
  return status
}
