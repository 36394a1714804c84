/** What is still in Postgres and old enough to leave it. */
import type { Postgres } from '#infra/platform/contract.ts'
import { KEPT_COLUMNS } from '../format/kept-columns.ts'
import type { FormColumnsKept } from '../format/kept-columns.ts'

/** The domains that have forms waiting, one step of the index each. */
const DOMAINS = `
with recursive waiting as (
  (select domain from ingest.forms where xml_deflated is not null order by domain limit 1)
  union all
  select (select f.domain from ingest.forms f where f.xml_deflated is not null and f.domain > w.domain
    order by f.domain limit 1)
  from waiting w where w.domain is not null
)
select domain from waiting where domain is not null`

export async function readWaitingDomains({ pool }: Postgres): Promise<readonly string[]> {
  const { rows } = await pool.query<{ domain: string }>(DOMAINS)
  return rows.map((row) => row.domain)
}

export interface WaitingForm {
  readonly form_id: string
  /** Grows with each change of the row: what was read is archived only if it is still the same. */
  readonly version: number
  readonly xmlns: string
  readonly received_at: string
  readonly age_seconds: number
  readonly xml_deflated: Buffer
  /** Of the XML as received. */
  readonly xml_bytes: number
  readonly columns: FormColumnsKept
}

export interface Cursor {
  readonly received_at: string
  readonly form_id: string
}
export const BEGINNING: Cursor = { received_at: '-infinity', form_id: '' }

/** Forms read at once at most, and their XML, one larger form excepted. */
const PORTION_FORMS = 500
const PORTION_BYTES = 16 * 1024 * 1024

const FORMS = `
select * from (
  select form_id, version, xmlns, received_at, extract(epoch from now() - received_at)::float8 as age_seconds, xml_deflated,
    xml_bytes, sum(xml_bytes) over (order by received_at, form_id)::bigint as bytes_so_far, ${KEPT_COLUMNS.join(', ')}
  from ingest.forms
  where domain = $1 and xml_deflated is not null and (received_at, form_id) > ($2::timestamptz, $3)
    and received_at <= now() - make_interval(secs => $4) and server_modified_at <= now() - make_interval(secs => $4)
  order by received_at, form_id limit ${PORTION_FORMS}
) f where bytes_so_far - xml_bytes < ${PORTION_BYTES} order by received_at, form_id`

interface WaitingRow extends Omit<WaitingForm, 'columns'>, FormColumnsKept {
  readonly bytes_so_far: number
}

export interface WaitingForms {
  readonly forms: readonly WaitingForm[]
  /** Whether there may be more behind these. */
  readonly isFull: boolean
}

/** Oldest first, behind the cursor. */
export async function readWaitingForms(
  { pool }: Postgres,
  asked: { readonly domain: string; readonly after: Cursor; readonly ageSeconds: number },
): Promise<WaitingForms> {
  const { domain, after, ageSeconds } = asked
  const { rows } = await pool.query<WaitingRow>(FORMS, [domain, after.received_at, after.form_id, ageSeconds])
  return {
    forms: rows.map(toWaitingForm),
    isFull: rows.length === PORTION_FORMS || (rows.at(-1)?.bytes_so_far ?? 0) >= PORTION_BYTES,
  }
}

function toWaitingForm(row: WaitingRow): WaitingForm {
  const {
    form_id,
    version,
    xmlns,
    received_at,
    age_seconds,
    xml_deflated,
    xml_bytes,
    bytes_so_far: _,
    ...columns
  } = row
  return { form_id, version, xmlns, received_at, age_seconds, xml_deflated, xml_bytes, columns }
}

export interface ListedFile {
  readonly form_id: string
  readonly name: string
  readonly size_bytes: number
}

/** Files of these forms that are still in Postgres, without their bytes. */
export async function listWaitingFiles(
  { pool }: Postgres,
  domain: string,
  formIds: readonly string[],
): Promise<readonly ListedFile[]> {
  const { rows } = await pool.query<ListedFile>(
    `select form_id, name, size_bytes from ingest.form_attachments
     where domain = $1 and form_id = any($2::text[]) and content is not null order by form_id, name`,
    [domain, formIds],
  )
  return rows
}

export interface WaitingFile {
  readonly form_id: string
  readonly name: string
  readonly content_type: string
  /** Lower-case hex. */
  readonly md5: string
  readonly content: Buffer
}

/** One query for as many as fit into memory together. */
export async function readFiles(
  { pool }: Postgres,
  domain: string,
  listed: readonly ListedFile[],
): Promise<readonly WaitingFile[]> {
  const { rows } = await pool.query<WaitingFile>(
    `select a.form_id, a.name, a.content_type, encode(a.md5, 'hex') as md5, a.content
     from unnest($2::text[], $3::text[]) as w(form_id, name)
     join ingest.form_attachments a on a.domain = $1 and a.form_id = w.form_id and a.name = w.name
     where a.content is not null order by a.form_id, a.name`,
    [domain, listed.map((file) => file.form_id), listed.map((file) => file.name)],
  )
  return rows
}
