/** One form, read back: its row, its document, its bytes, and what became of it. */
import type { PoolClient } from 'pg'
import type { Postgres } from '#infra/platform/contract.ts'
import { FORM_STATE } from '../contract.ts'
import type { FormSnapshot } from '../contract.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { toAnswers } from '../form/answers.ts'
import type { FormAnswer } from '../form/answers.ts'
import { toFormDocument } from '../form/form-document.ts'
import { parseFormMeta } from '../form/form-meta.ts'
import type { HistoryEntry } from '../store/read-existing.ts'
import { archivedAt, joinArchive, readStoredXml, STORED_XML, toAsked, toRoot } from './stored-xml.ts'
import type { ArchivedAt, StoredXmlRow } from './stored-xml.ts'

export interface StoredFile {
  readonly content: Buffer
  readonly contentType: string
}

export interface FormVersion {
  readonly form_id: string
  readonly state: number
  readonly received_at: string
}

export interface FormReads {
  /** Null when the domain has no such form. `form` of one that was never well-formed is {}. */
  findForm(domain: string, formId: string): Promise<FormSnapshot | null>
  /** The bytes as received. */
  readFormXml(domain: string, formId: string): Promise<Buffer | null>
  /** A file that came with the form; `form.xml` is the form itself. */
  readAttachment(domain: string, formId: string, name: string): Promise<StoredFile | null>
  /** All forms of one submission, this one too: the edited, the deprecated, the duplicates. Oldest first. */
  formVersions(domain: string, formId: string): Promise<readonly FormVersion[]>
  /** Archived, unarchived, edited: when and by whom, oldest first. */
  formHistory(domain: string, formId: string): Promise<readonly HistoryEntry[]>
  formAnswers(domain: string, formId: string): Promise<FormAnswer[]>
}

interface SnapshotRow
  extends
    Omit<FormSnapshot, 'meta' | 'form' | 'edited_by_user_id' | 'case_ids' | 'attachments'>,
    StoredXmlRow {
  readonly history: readonly HistoryEntry[]
  readonly version: number
  readonly case_ids: string[] | null
  readonly attachments: FormSnapshot['attachments'] | null
}

const SNAPSHOT = `
select f.form_id, f.state, f.xmlns, f.app_id, f.build_id, f.user_id, f.username, f.device_id, f.received_at, f.edited_at,
  f.server_modified_at, f.orig_id, f.deprecated_form_id, f.problem, f.submit_ip, f.last_sync_token, f.is_api_submission,
  f.history, f.version, ${STORED_XML},
  (select array_agg(t.case_id order by t.seq, t.case_id) from ingest.case_transactions t
    where t.domain = f.domain and t.form_id = f.form_id and t.rebuild = 0) as case_ids,
  (select json_object_agg(a.name, json_build_object('content_type', a.content_type, 'length', a.size_bytes) order by a.name)
    from ingest.form_attachments a where a.domain = f.domain and a.form_id = f.form_id) as attachments
from ingest.forms f ${joinArchive('f')} where f.domain = $1 and f.form_id = $2`

/**
 * The form as the stream sees it, read inside a transaction too; null when the domain has no such form.
 * @throws what `ReadMember` throws for a form in the archive
 */
export async function readFormSnapshot(
  { client, readMember }: { readonly client: Pick<PoolClient, 'query'>; readonly readMember: ReadMember },
  domain: string,
  formId: string,
): Promise<{ readonly version: number; readonly snapshot: FormSnapshot } | null> {
  const { rows } = await client.query<SnapshotRow>(SNAPSHOT, [domain, formId])
  const [row] = rows
  return row === undefined ? null : { version: row.version, snapshot: await toSnapshot(row, readMember) }
}

async function toSnapshot(row: SnapshotRow, readMember: ReadMember): Promise<FormSnapshot> {
  const { xml, kept } = await readStoredXml(row, readMember)
  const isLog = (row.state & FORM_STATE.submissionErrorLog) !== 0
  const root = isLog ? null : toRoot(xml)
  const document = root === null ? {} : toFormDocument(root)
  const { app_id, build_id, username, device_id, submit_ip, last_sync_token } = kept ?? row
  return {
    form_id: row.form_id,
    state: row.state,
    xmlns: row.xmlns,
    app_id,
    build_id,
    user_id: row.user_id,
    username,
    device_id,
    received_at: row.received_at,
    edited_at: row.edited_at,
    server_modified_at: row.server_modified_at,
    meta: parseFormMeta(document),
    orig_id: row.orig_id,
    deprecated_form_id: row.deprecated_form_id,
    problem: row.problem,
    submit_ip,
    last_sync_token,
    is_api_submission: row.is_api_submission,
    edited_by_user_id: row.history.findLast((entry) => entry.operation === 'edit')?.user_id ?? null,
    case_ids: row.case_ids ?? [],
    attachments: row.attachments ?? {},
    form: document,
  }
}

const VERSIONS = `
with family as (
  select coalesce(orig_id, form_id) as root from ingest.forms where domain = $1 and form_id = $2
)
select f.form_id, f.state, f.received_at from ingest.forms f, family
where f.domain = $1 and (f.form_id = family.root or f.orig_id = family.root)
order by f.received_at, f.form_id`

const XML_TYPE = 'text/xml; charset=utf-8'

const XML = `select ${STORED_XML} from ingest.forms f ${joinArchive('f')} where f.domain = $1 and f.form_id = $2`

interface FileRow extends ArchivedAt {
  readonly content: Buffer | null
  readonly content_type: string
}
const FILE = `
select a.content, a.content_type, ${archivedAt('a', 'md5')}
from ingest.form_attachments a ${joinArchive('a')}
where a.domain = $1 and a.form_id = $2 and a.name = $3`

export interface FormReadsOptions {
  readonly postgres: Postgres
  readonly readMember: ReadMember
}

export function createFormReads({ postgres: { pool }, readMember }: FormReadsOptions): FormReads {
  async function readFormXml(domain: string, formId: string): Promise<Buffer | null> {
    const { rows } = await pool.query<StoredXmlRow>(XML, [domain, formId])
    const [row] = rows
    return row === undefined ? null : (await readStoredXml(row, readMember)).xml
  }

  return {
    readFormXml,

    async findForm(domain, formId) {
      return (await readFormSnapshot({ client: pool, readMember }, domain, formId))?.snapshot ?? null
    },

    async readAttachment(domain, formId, name) {
      if (name === 'form.xml') {
        const xml = await readFormXml(domain, formId)
        return xml === null ? null : { content: xml, contentType: XML_TYPE }
      }
      const { rows } = await pool.query<FileRow>(FILE, [domain, formId, name])
      const [row] = rows
      if (row === undefined) return null
      const asked = toAsked(row)
      const content = asked === null ? row.content : (await readMember(asked)).content
      return content === null ? null : { content, contentType: row.content_type }
    },

    async formVersions(domain, formId) {
      const { rows } = await pool.query<FormVersion>(VERSIONS, [domain, formId])
      return rows
    },

    async formHistory(domain, formId) {
      const { rows } = await pool.query<{ history: readonly HistoryEntry[] }>(
        'select history from ingest.forms where domain = $1 and form_id = $2',
        [domain, formId],
      )
      return rows[0]?.history ?? []
    },

    async formAnswers(domain, formId) {
      const xml = await readFormXml(domain, formId)
      const root = xml === null ? null : toRoot(xml)
      return root === null ? [] : toAnswers(root)
    },
  }
}
