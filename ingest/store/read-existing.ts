/** What is already there about the forms and cases of a batch, in any domain: an id belongs to one domain only. */
import type { PoolClient } from 'pg'
import type { CaseAttachment, CaseIndex, CaseSnapshot } from '../contract.ts'

/** What a second submission of the same id is judged by. */
export interface ExistingForm {
  readonly domain: string
  readonly form_id: string
  readonly state: number
  readonly xmlns: string
  /** Lower-case hex. */
  readonly md5: string
  readonly received_at: string
  readonly version: number
  readonly history: readonly HistoryEntry[]
}

export interface HistoryEntry {
  readonly user_id: string | null
  /** ISO 8601 UTC. */
  readonly date: string
  readonly operation: 'archive' | 'unarchive' | 'edit'
}

/** A case and the number of its last change. */
export interface StoredCase {
  readonly domain: string
  readonly version: number
  readonly snapshot: CaseSnapshot
}

const FORMS = `
select domain, form_id, state, xmlns, encode(xml_md5, 'hex') as md5, received_at, version, history
from ingest.forms where form_id = any($1::text[])`

export const CASE_COLUMNS = `
c.domain, c.case_id, c.type, c.name, c.owner_id, c.external_id, c.location_id, c.opened_at, c.opened_by, c.modified_at,
c.modified_by, c.closed, c.closed_at, c.closed_by, c.deleted, c.server_modified_at, c.properties, c.version,
(select json_agg(json_build_object('identifier', i.identifier, 'referenced_id', i.referenced_id,
    'referenced_type', i.referenced_type,
    'relationship', case i.relationship when 2 then 'extension' else 'child' end) order by i.identifier)
  from ingest.case_indices i where i.domain = c.domain and i.case_id = c.case_id) as indices,
(select json_agg(json_build_object('name', a.name, 'form_id', a.form_id, 'source_name', a.source_name,
    'content_type', a.content_type, 'size_bytes', a.size_bytes) order by a.name)
  from ingest.case_attachments a where a.domain = c.domain and a.case_id = c.case_id) as attachments`

const CASES = `select ${CASE_COLUMNS} from ingest.cases c where c.case_id = any($1::text[])`

export interface CaseRow extends Omit<CaseSnapshot, 'indices' | 'attachments'> {
  readonly domain: string
  readonly version: number
  readonly indices: CaseIndex[] | null
  readonly attachments: CaseAttachment[] | null
}

/** Domain and version come apart from what the stream and the API see. */
export function toStoredCase({ domain, version, indices, attachments, ...row }: CaseRow): StoredCase {
  return { domain, version, snapshot: { ...row, indices: indices ?? [], attachments: attachments ?? [] } }
}

/** One query; none for no ids. */
export async function readForms(
  client: Pick<PoolClient, 'query'>,
  formIds: readonly string[],
): Promise<readonly ExistingForm[]> {
  if (formIds.length === 0) return []
  const { rows } = await client.query<ExistingForm>({
    name: 'ingest-read-forms',
    text: FORMS,
    values: [formIds],
  })
  return rows
}

/** One query; none for no ids. */
export async function readCases(
  client: Pick<PoolClient, 'query'>,
  caseIds: readonly string[],
): Promise<readonly StoredCase[]> {
  if (caseIds.length === 0) return []
  const { rows } = await client.query<CaseRow>({ name: 'ingest-read-cases', text: CASES, values: [caseIds] })
  return rows.map(toStoredCase)
}

/** Ledger balances of some cases, decimal text by `[case, section, entry]` as JSON. One query; none for no ids. */
export async function readBalances(
  client: Pick<PoolClient, 'query'>,
  caseIds: readonly string[],
): Promise<Map<string, string>> {
  if (caseIds.length === 0) return new Map()
  const { rows } = await client.query<{
    case_id: string
    section_id: string
    entry_id: string
    balance: string
  }>({
    name: 'ingest-read-balances',
    text: 'select case_id, section_id, entry_id, balance from ingest.ledger_values where case_id = any($1::text[])',
    values: [caseIds],
  })
  return new Map(
    rows.map((row) => [JSON.stringify([row.case_id, row.section_id, row.entry_id]), row.balance]),
  )
}
