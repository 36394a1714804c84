/** The columns of ingest's tables as a submission writes them, and the statements made of them. Names are ours, never input. */

type Columns = Readonly<Record<string, string>>

/** Without `xml_deflated`, which travels as bytes. */
const FORMS = {
  domain: 'text',
  form_id: 'text',
  state: 'smallint',
  xmlns: 'text',
  app_id: 'text',
  build_id: 'text',
  user_id: 'text',
  username: 'text',
  device_id: 'text',
  received_at: 'timestamptz',
  edited_at: 'timestamptz',
  server_modified_at: 'timestamptz',
  time_start: 'timestamptz',
  time_end: 'timestamptz',
  commcare_version: 'text',
  app_version: 'text',
  app_build_version: 'integer',
  orig_id: 'text',
  deprecated_form_id: 'text',
  problem: 'text',
  auth_context: 'jsonb',
  openrosa_headers: 'jsonb',
  submit_ip: 'text',
  last_sync_token: 'text',
  date_header: 'text',
  partial_submission: 'boolean',
  is_api_submission: 'boolean',
  initial_processing_complete: 'boolean',
  history: 'jsonb',
  xml_bytes: 'integer',
  version: 'bigint',
} as const satisfies Columns

const CASES = {
  domain: 'text',
  case_id: 'text',
  type: 'text',
  name: 'text',
  owner_id: 'text',
  external_id: 'text',
  location_id: 'text',
  opened_at: 'timestamptz',
  opened_by: 'text',
  modified_at: 'timestamptz',
  modified_by: 'text',
  closed: 'boolean',
  closed_at: 'timestamptz',
  closed_by: 'text',
  deleted: 'boolean',
  server_modified_at: 'timestamptz',
  properties: 'jsonb',
  version: 'bigint',
} as const satisfies Columns

const INDICES = {
  domain: 'text',
  case_id: 'text',
  identifier: 'text',
  referenced_id: 'text',
  referenced_type: 'text',
  relationship: 'smallint',
} as const satisfies Columns

const CASE_ATTACHMENTS = {
  domain: 'text',
  case_id: 'text',
  name: 'text',
  form_id: 'text',
  source_name: 'text',
  content_type: 'text',
  size_bytes: 'integer',
} as const satisfies Columns

const TRANSACTIONS = {
  domain: 'text',
  case_id: 'text',
  form_id: 'text',
  rebuild: 'smallint',
  type: 'integer',
  server_at: 'timestamptz',
  client_at: 'timestamptz',
  sync_log_id: 'text',
  revoked: 'boolean',
  user_id: 'text',
  details: 'jsonb',
  blocks: 'jsonb',
} as const satisfies Columns

const LEDGER_VALUES = {
  domain: 'text',
  case_id: 'text',
  section_id: 'text',
  entry_id: 'text',
  balance: 'numeric',
  last_modified_at: 'timestamptz',
  last_modified_form_id: 'text',
} as const satisfies Columns

const LEDGER_TRANSACTIONS = {
  domain: 'text',
  case_id: 'text',
  section_id: 'text',
  entry_id: 'text',
  form_id: 'text',
  position: 'integer',
  kind: 'text',
  delta: 'numeric',
  updated_balance: 'numeric',
  server_at: 'timestamptz',
  reported_at: 'timestamptz',
  revoked: 'boolean',
} as const satisfies Columns

/** What TypeScript sees of a row: instants and decimals are text, jsonb is whatever JSON can say. */
type Value<Type extends string> = Type extends 'smallint' | 'integer' | 'bigint'
  ? number
  : Type extends 'boolean'
    ? boolean
    : Type extends 'jsonb'
      ? unknown
      : string
type Row<Spec extends Columns, Nullable extends keyof Spec> = {
  readonly [Name in keyof Spec]: Name extends Nullable ? Value<Spec[Name]> | null : Value<Spec[Name]>
}

export type FormColumns = Row<
  typeof FORMS,
  | 'app_id'
  | 'build_id'
  | 'user_id'
  | 'username'
  | 'device_id'
  | 'edited_at'
  | 'time_start'
  | 'time_end'
  | 'commcare_version'
  | 'app_version'
  | 'app_build_version'
  | 'orig_id'
  | 'deprecated_form_id'
  | 'problem'
  | 'submit_ip'
  | 'last_sync_token'
  | 'date_header'
>
export type CaseColumns = Row<
  typeof CASES,
  'external_id' | 'location_id' | 'opened_at' | 'opened_by' | 'closed_at' | 'closed_by'
>
export type IndexColumns = Row<typeof INDICES, never>
export type CaseAttachmentColumns = Row<typeof CASE_ATTACHMENTS, 'content_type' | 'size_bytes'>
export type TransactionColumns = Row<
  typeof TRANSACTIONS,
  'client_at' | 'sync_log_id' | 'user_id' | 'details'
> & {
  /** Given only where a transaction keeps the place of an older one. */
  readonly seq: string | null
}
export type LedgerValueColumns = Row<typeof LEDGER_VALUES, never>
export type LedgerTransactionColumns = Row<typeof LEDGER_TRANSACTIONS, never>

const names = (spec: Columns): string => Object.keys(spec).join(', ')
const typed = (spec: Columns): string =>
  Object.entries(spec)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ')
const prefixed = (spec: Columns): string =>
  Object.keys(spec)
    .map((name) => `r.${name}`)
    .join(', ')
const updates = (spec: Columns, keys: readonly string[]): string =>
  Object.keys(spec)
    .filter((name) => !keys.includes(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')
const upsert = (table: string, spec: Columns, keys: readonly string[], parameter: string): string =>
  `insert into ${table} (${names(spec)})
    select ${prefixed(spec)} from json_to_recordset(${parameter}::json) as r(${typed(spec)})
    on conflict (${keys.join(', ')}) do update set ${updates(spec, keys)}`

/**
 * Everything that a batch of submissions changes, in one statement.
 * $1 forms · $2 bytes of XML and attachments · $3 form attachments · $4 cases · $5 indices · $6 indices gone ·
 * $7 case attachments · $8 case attachments gone · $9 transactions · $10 ledger values · $11 ledger transactions
 */
export const WRITE_BATCH = `
with
form as (
  insert into ingest.forms (${names(FORMS)}, xml_deflated, xml_md5)
    select ${prefixed(FORMS)}, substring($2::bytea from r.xml_from for r.xml_length), decode(r.xml_md5, 'hex')
    from json_to_recordset($1::json) as r(${typed(FORMS)}, xml_from integer, xml_length integer, xml_md5 text)
),
form_attachment as (
  insert into ingest.form_attachments (domain, form_id, name, content_type, size_bytes, md5, content)
    select r.domain, r.form_id, r.name, r.content_type, r.size_bytes, decode(r.md5, 'hex'),
      substring($2::bytea from r.content_from for r.size_bytes)
    from json_to_recordset($3::json) as r(domain text, form_id text, name text, content_type text, size_bytes integer,
      md5 text, content_from integer)
),
case_row as (${upsert('ingest.cases', CASES, ['domain', 'case_id'], '$4')}),
case_index as (${upsert('ingest.case_indices', INDICES, ['domain', 'case_id', 'identifier'], '$5')}),
index_gone as (
  delete from ingest.case_indices i
    using json_to_recordset($6::json) as r(domain text, case_id text, identifier text)
    where i.domain = r.domain and i.case_id = r.case_id and i.identifier = r.identifier
),
case_attachment as (
  ${upsert('ingest.case_attachments', CASE_ATTACHMENTS, ['domain', 'case_id', 'name'], '$7')}),
attachment_gone as (
  delete from ingest.case_attachments a
    using json_to_recordset($8::json) as r(domain text, case_id text, name text)
    where a.domain = r.domain and a.case_id = r.case_id and a.name = r.name
),
case_transaction as (
  insert into ingest.case_transactions (${names(TRANSACTIONS)}, seq)
    select ${prefixed(TRANSACTIONS)}, coalesce(r.seq, nextval('ingest.case_transactions_seq_seq'))
    from json_to_recordset($9::json) as r(${typed(TRANSACTIONS)}, seq bigint)
),
ledger_value as (
  ${upsert('ingest.ledger_values', LEDGER_VALUES, ['domain', 'case_id', 'section_id', 'entry_id'], '$10')})
insert into ingest.ledger_transactions (${names(LEDGER_TRANSACTIONS)})
  select ${prefixed(LEDGER_TRANSACTIONS)}
  from json_to_recordset($11::json) as r(${typed(LEDGER_TRANSACTIONS)})`
