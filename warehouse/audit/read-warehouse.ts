/** The warehouse's half of the audit: the same counts and checksums as `ingest/read/fingerprints.ts`, by the same hours. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'
import type { Audited, DocumentVersion, HourFingerprint } from './audit.ts'

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
