/**
 * A seal says: the rows of this hour were compared with the truth, column by column, when their versions were these and their
 * digest was that. While the versions stay, so must the digest; so every document is compared once, and not on every pass.
 */
import type { Postgres } from '#infra/platform/index.ts'
import type { ContentFingerprint } from './read-warehouse.ts'
import type { AuditedByHour } from './originals.ts'

interface Place {
  readonly domain: string
  readonly what: AuditedByHour
}

export async function readSeals(
  { pool }: Postgres,
  { domain, what }: Place,
): Promise<ReadonlyMap<string, ContentFingerprint>> {
  const { rows } = await pool.query<ContentFingerprint>(
    'select hour, documents, checksum, content from warehouse.audit_seals where domain = $1 and part = $2',
    [domain, what],
  )
  return new Map(rows.map((row) => [row.hour, row]))
}

export async function writeSeals(
  { pool }: Postgres,
  { domain, what }: Place,
  seals: readonly ContentFingerprint[],
): Promise<void> {
  if (seals.length === 0) return
  await pool.query(
    `insert into warehouse.audit_seals (domain, part, hour, documents, checksum, content)
     select $1, $2, s.hour, s.documents, s.checksum, s.content
     from unnest($3::text[], $4::bigint[], $5::text[], $6::text[]) as s (hour, documents, checksum, content)
     on conflict (domain, part, hour) do update
     set documents = excluded.documents, checksum = excluded.checksum, content = excluded.content, sealed_at = now()`,
    [
      domain,
      what,
      seals.map((seal) => seal.hour),
      seals.map((seal) => seal.documents),
      seals.map((seal) => seal.checksum),
      seals.map((seal) => seal.content),
    ],
  )
}

/** Forgets hours in which nothing stands any more: a case leaves its hour with each change. */
export async function pruneSeals(
  { pool }: Postgres,
  { domain, what }: Place,
  hours: readonly string[],
): Promise<void> {
  if (hours.length === 0) return
  await pool.query(
    'delete from warehouse.audit_seals where domain = $1 and part = $2 and hour = any($3::text[])',
    [domain, what, hours],
  )
}
