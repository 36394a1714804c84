/** The warehouse's half of the audit: the same counts and checksums as `ingest/read/fingerprints.ts`, by the same hours. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'
import type { DocumentVersion, HourFingerprint } from './audit.ts'

export const AUDITED = ['forms', 'cases'] as const
export type Audited = (typeof AUDITED)[number]

/** State 64 alone is the mark of a place that a form id has left; it stands for no document. */
const SOURCES = {
  forms: { table: 'forms', id: 'form_id', at: 'received_at', where: 'state != 64' },
  cases: { table: 'cases', id: 'case_id', at: 'server_modified_at', where: 'true' },
} as const

const hourOf = (at: string) => `replaceOne(substring(toString(${at}), 1, 13), ' ', 'T')`

const Fingerprint = z.object({ hour: z.string(), documents: z.number(), checksum: z.string() })
const Version = z.object({ id: z.string(), version: z.number() })

export function readFingerprints(
  warehouse: WarehouseClient,
  domain: string,
  what: Audited,
): Promise<readonly HourFingerprint[]> {
  const { table, id, at, where } = SOURCES[what]
  const digest = `concat('0', substring(lower(hex(MD5(concat(${id}, ':', toString(version))))), 1, 15))`
  return ask(warehouse, {
    sql: `select ${hourOf(at)} as hour, count() as documents,
        toString(groupBitXor(reinterpretAsUInt64(reverse(unhex(${digest}))))) as checksum
      from ${table} final where domain = {domain:String} and ${where} group by hour order by hour`,
    params: { domain },
    row: Fingerprint,
  })
}

export function readVersionsOfHours(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly what: Audited; readonly hours: readonly string[] },
): Promise<readonly DocumentVersion[]> {
  const { table, id, at, where } = SOURCES[asked.what]
  return ask(warehouse, {
    sql: `select ${id} as id, version from ${table} final
      where domain = {domain:String} and ${where} and has({hours:Array(String)}, ${hourOf(at)}) order by id`,
    params: { domain: asked.domain, hours: asked.hours },
    row: Version,
  })
}

export function readVersions(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly what: Audited; readonly ids: readonly string[] },
): Promise<readonly DocumentVersion[]> {
  const { table, id, where } = SOURCES[asked.what]
  return ask(warehouse, {
    sql: `select ${id} as id, version from ${table} final
      where domain = {domain:String} and ${where} and ${id} in {ids:Array(String)} order by id`,
    params: { domain: asked.domain, ids: asked.ids },
    row: Version,
  })
}

/** Tables that say of a case what `cases` says, each in its way. */
export const CASE_COPIES = ['case_facts', 'case_changes'] as const
export type CaseCopy = (typeof CASE_COPIES)[number]

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

/** Removes documents that Postgres does not know. */
export async function removeDocuments(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly what: Audited; readonly ids: readonly string[] },
): Promise<void> {
  const { id } = SOURCES[asked.what]
  const tables = asked.what === 'forms' ? ['forms'] : ['cases', 'case_facts', 'case_changes']
  for (const table of tables) {
    await warehouse.command({
      query: `delete from ${table} where domain = {domain:String} and ${id} in {ids:Array(String)}`,
      query_params: { domain: asked.domain, ids: [...asked.ids] },
    })
  }
}
