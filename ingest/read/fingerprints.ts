/** Counts and checksums of what a domain holds, by hour, to compare with copies of it elsewhere. */
import type { Postgres } from '#infra/platform/index.ts'

export const FINGERPRINTED = ['forms', 'cases'] as const
export type Fingerprinted = (typeof FINGERPRINTED)[number]

/** `hour`: `2024-03-01T08`, UTC. `checksum`: xor over the first 60 bits of md5(`id:version`), as decimal text. */
export interface HourFingerprint {
  readonly hour: string
  readonly documents: number
  readonly checksum: string
}

export interface DocumentVersion {
  readonly id: string
  readonly version: number
}

/** Forms by `received_at`, cases by `server_modified_at`: the columns by which their tables here are indexed. */
const SOURCES = {
  forms: { table: 'ingest.forms', id: 'form_id', at: 'received_at' },
  cases: { table: 'ingest.cases', id: 'case_id', at: 'server_modified_at' },
} as const

const HOUR = `'YYYY-MM-DD"T"HH24'`

/**
 * One pass over the domain, or over its hours from `since` on.
 * @param since an hour, `2024-03-01T08`.
 */
export async function readFingerprints(
  postgres: Postgres,
  domain: string,
  what: Fingerprinted,
  since?: string,
): Promise<readonly HourFingerprint[]> {
  const { table, id, at } = SOURCES[what]
  const { rows } = await postgres.pool.query<HourFingerprint>(
    `select to_char(${at} at time zone 'UTC', ${HOUR}) as hour, count(*) as documents,
       bit_xor(('x' || substr(md5(${id} || ':' || version), 1, 15))::bit(60)::bigint)::text as checksum
     from ${table} where domain = $1 and ($2::timestamptz is null or ${at} >= $2) group by 1 order by 1`,
    [domain, since === undefined ? null : `${since}:00:00Z`],
  )
  return rows
}

/** The documents of some hours. */
export async function readVersionsOfHours(
  postgres: Postgres,
  asked: { readonly domain: string; readonly what: Fingerprinted; readonly hours: readonly string[] },
): Promise<readonly DocumentVersion[]> {
  const { table, id, at } = SOURCES[asked.what]
  const { rows } = await postgres.pool.query<DocumentVersion>(
    `select ${id} as id, version from ${table}
     where domain = $1 and to_char(${at} at time zone 'UTC', ${HOUR}) = any($2) order by 1`,
    [asked.domain, asked.hours],
  )
  return rows
}

/** Some documents by id; those that do not exist are left out. */
export async function readVersions(
  postgres: Postgres,
  asked: { readonly domain: string; readonly what: Fingerprinted; readonly ids: readonly string[] },
): Promise<readonly DocumentVersion[]> {
  const { table, id } = SOURCES[asked.what]
  const { rows } = await postgres.pool.query<DocumentVersion>(
    `select ${id} as id, version from ${table} where domain = $1 and ${id} = any($2) order by 1`,
    [asked.domain, asked.ids],
  )
  return rows
}
