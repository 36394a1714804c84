/** The warehouse's half of the audit: the same counts and checksums as `ingest/read/fingerprints.ts`, by the same hours. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'
import type { CaseCopy } from './difference.ts'
import type { Audited, AuditedByHour, DocumentVersion, HourFingerprint } from './originals.ts'
import { rowDigest, TABLES, type AuditedTable } from './tables.ts'

const AT = { forms: 'received_at', cases: 'server_modified_at' } as const

const hourOf = (at: string) => `replaceOne(substring(toString(${at}), 1, 13), ' ', 'T')`

const Fingerprint = z.object({ hour: z.string(), documents: z.number(), checksum: z.string() })
const ContentFingerprint = Fingerprint.extend({ content: z.string() })
const Version = z.object({ id: z.string(), version: z.number() })

/** `content`: xor over the digests of all rows of the hour's documents, in all tables that tell of them. */
export interface ContentFingerprint extends HourFingerprint {
  readonly content: string
}

function countsOf(what: AuditedByHour): string {
  const digest = `concat('0', substring(lower(hex(MD5(concat(${TABLES[what].id}, ':', toString(version))))), 1, 15))`
  return `${hourOf(AT[what])} as hour, count() as documents,
    toString(groupBitXor(reinterpretAsUInt64(reverse(unhex(${digest}))))) as checksum`
}

/** By ids and versions alone. @param since an hour, `2024-03-01T08`; all unless told */
export function readFingerprints(
  warehouse: WarehouseClient,
  domain: string,
  what: AuditedByHour,
  since?: string,
): Promise<readonly HourFingerprint[]> {
  const recent = since === undefined ? '' : `and ${AT[what]} >= {since:DateTime64(6)}`
  return ask(warehouse, {
    sql: `select ${countsOf(what)} from ${what} final
      where domain = {domain:String} and ${TABLES[what].where} ${recent} group by hour order by hour`,
    params: { domain, ...(since === undefined ? {} : { since: `${since.replace('T', ' ')}:00:00` }) },
    row: Fingerprint,
  })
}

const digestsByCase = (copied: CaseCopy) =>
  `(select case_id, groupBitXor(${rowDigest(copied)}) as digest from ${copied} final
    where domain = {domain:String} group by case_id)`

/** By everything that the rows say. Reads every byte of the domain. */
export function readContents(
  warehouse: WarehouseClient,
  domain: string,
  what: AuditedByHour,
): Promise<readonly ContentFingerprint[]> {
  const rows =
    what === 'forms'
      ? `(select form_id, version, received_at, ${rowDigest('forms')} as digest from forms final
          where domain = {domain:String} and ${TABLES.forms.where})`
      : `(select c.case_id as case_id, c.version as version, c.server_modified_at as server_modified_at,
            bitXor(bitXor(c.digest, f.digest), h.digest) as digest
          from (select case_id, version, server_modified_at, ${rowDigest('cases')} as digest from cases final
            where domain = {domain:String}) as c
          left join ${digestsByCase('case_facts')} as f on f.case_id = c.case_id
          left join ${digestsByCase('case_changes')} as h on h.case_id = c.case_id)`
  return ask(warehouse, {
    sql: `select ${countsOf(what)}, toString(groupBitXor(digest)) as content from ${rows} group by hour order by hour`,
    params: { domain },
    row: ContentFingerprint,
  })
}

const PlacedVersion = Version.extend({ hour: z.string() })

/** Sorted by id. */
export function readVersionsOfHours(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly what: AuditedByHour; readonly hours: readonly string[] },
): Promise<readonly (DocumentVersion & { readonly hour: string })[]> {
  const { id, where } = TABLES[asked.what]
  const hour = hourOf(AT[asked.what])
  return ask(warehouse, {
    sql: `select ${id} as id, version, ${hour} as hour from ${asked.what} final
      where domain = {domain:String} and ${where} and has({hours:Array(String)}, ${hour}) order by id`,
    params: { domain: asked.domain, hours: asked.hours },
    row: PlacedVersion,
  })
}

/** All of a domain, sorted by id. */
export function readWorkerVersions(
  warehouse: WarehouseClient,
  domain: string,
): Promise<readonly DocumentVersion[]> {
  return ask(warehouse, {
    sql: 'select user_id as id, version from workers final where domain = {domain:String} order by id',
    params: { domain },
    row: Version,
  })
}

const FoundRow = z.looseObject({ audit_id: z.string(), audit_digest: z.string(), version: z.number() })
/** One row as the table holds it, under the names of its columns. */
export type FoundRow = z.infer<typeof FoundRow>

/** Every column of some documents' rows in one table, by id. */
export async function readRows(
  warehouse: WarehouseClient,
  table: AuditedTable,
  asked: { readonly domain: string; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, readonly FoundRow[]>> {
  const { id, columns, where } = TABLES[table]
  const rows = await ask(warehouse, {
    sql: `select ${id} as audit_id, toString(${rowDigest(table)}) as audit_digest, ${columns.join(', ')}
      from ${table} final where domain = {domain:String} and ${where} and ${id} in {ids:Array(String)}
      order by audit_id, version`,
    params: { domain: asked.domain, ids: asked.ids },
    row: FoundRow,
  })
  return Map.groupBy(rows, (row) => row.audit_id)
}

/** What each table should hold of a case whose version is v: v itself, and v changes. */
const COPY_VERSIONS: Readonly<Record<CaseCopy, string>> = {
  case_facts: 'select case_id, version from case_facts final where domain = {domain:String}',
  case_changes: `select case_id, uniqExact(version) as version from case_changes
    where domain = {domain:String} group by case_id`,
}

const Copy = z.object({ id: z.string(), version: z.number(), found: z.number() })
export type CopyDifference = z.infer<typeof Copy>

/** Cases of which a copy disagrees with `cases`; 0 stands for none. */
export function compareCopies(
  warehouse: WarehouseClient,
  domain: string,
  copied: CaseCopy,
): Promise<readonly CopyDifference[]> {
  return ask(warehouse, {
    sql: `select if(c.case_id = '', o.case_id, c.case_id) as id, c.version as version, o.version as found
      from (select case_id, version from cases final where domain = {domain:String}) as c
      full join (${COPY_VERSIONS[copied]}) as o on o.case_id = c.case_id
      where c.version != o.version order by id`,
    params: { domain },
    row: Copy,
  })
}

const TABLES_OF: Readonly<Record<Audited, readonly AuditedTable[]>> = {
  forms: ['forms'],
  cases: ['cases', 'case_facts', 'case_changes'],
  workers: ['workers'],
}

/** Whether any table still tells of one of them: what is sent again before that could be removed with the rest. */
export async function hasDocuments(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly what: Audited; readonly ids: readonly string[] },
): Promise<boolean> {
  for (const table of TABLES_OF[asked.what]) {
    const { id, where } = TABLES[table]
    const [row] = await ask(warehouse, {
      sql: `select count() as row_count from ${table}
        where domain = {domain:String} and ${where} and ${id} in {ids:Array(String)}`,
      params: { domain: asked.domain, ids: asked.ids },
      row: z.object({ row_count: z.number() }),
    })
    if (row !== undefined && row.row_count > 0) return true
  }
  return false
}

/** Removes documents from every table that tells of them. */
export async function removeDocuments(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly what: Audited; readonly ids: readonly string[] },
): Promise<void> {
  for (const table of TABLES_OF[asked.what]) {
    await warehouse.command({
      query: `delete from ${table} where domain = {domain:String} and ${TABLES[table].id} in {ids:Array(String)}`,
      query_params: { domain: asked.domain, ids: [...asked.ids] },
    })
  }
}
