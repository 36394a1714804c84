-- Not breaking; creates new tables only, takes no lock on existing ones.
create schema ingest;

create table ingest.forms (
  domain text not null,
  form_id text not null,
  state smallint not null,
  xmlns text not null default '',
  app_id text,
  build_id text,
  user_id text,
  username text,
  device_id text,
  received_at timestamptz not null,
  edited_at timestamptz,
  server_modified_at timestamptz not null,
  time_start timestamptz,
  time_end timestamptz,
  commcare_version text,
  app_version text,
  app_build_version integer,
  orig_id text,
  deprecated_form_id text,
  problem text,
  auth_context jsonb not null,
  openrosa_headers jsonb not null,
  submit_ip text,
  last_sync_token text,
  date_header text,
  partial_submission boolean not null default false,
  is_api_submission boolean not null default false,
  initial_processing_complete boolean not null default true,
  history jsonb not null default '[]',
  xml_deflated bytea,
  xml_md5 bytea not null,
  xml_bytes integer not null,
  version bigint not null default 1,
  primary key (domain, form_id)
);
alter table ingest.forms alter column xml_deflated set storage external;
comment on table ingest.forms is 'One row per received form version; state is the bit value of the reference (1 normal, 2 archived, 4 deprecated, 8 duplicate, 16 error, 32 submission error log, 64 deleted).';
comment on column ingest.forms.xml_deflated is 'form.xml as received, raw deflate; for a submission error log the body that could not be parsed.';
comment on column ingest.forms.version is 'Grows by one with each change of the row; consumers of form-events apply by it.';
create index forms_form_id on ingest.forms (form_id);
create index forms_received on ingest.forms (domain, received_at, form_id);
create index forms_orig on ingest.forms (domain, orig_id) where orig_id is not null;

create table ingest.form_attachments (
  domain text not null,
  form_id text not null,
  name text not null,
  content_type text not null,
  size_bytes integer not null,
  md5 bytea not null,
  content bytea,
  primary key (domain, form_id, name),
  foreign key (domain, form_id) references ingest.forms (domain, form_id) on delete cascade
);
alter table ingest.form_attachments alter column content set storage external;
comment on table ingest.form_attachments is 'Files that came with a form, without form.xml itself.';

create table ingest.cases (
  domain text not null,
  case_id text not null,
  type text not null,
  name text not null,
  owner_id text not null,
  external_id text,
  location_id text,
  opened_at timestamptz,
  opened_by text,
  modified_at timestamptz not null,
  modified_by text not null,
  closed boolean not null default false,
  closed_at timestamptz,
  closed_by text,
  deleted boolean not null default false,
  server_modified_at timestamptz not null,
  properties jsonb not null,
  version bigint not null,
  primary key (domain, case_id)
);
comment on table ingest.cases is 'The state of each case after every form received so far.';
comment on column ingest.cases.version is 'Grows by one with each change of the case; orders its case-events.';
create index cases_case_id on ingest.cases (case_id);
create index cases_owner on ingest.cases (domain, owner_id, closed);
create index cases_server_modified on ingest.cases (domain, server_modified_at, case_id);

create table ingest.case_indices (
  domain text not null,
  case_id text not null,
  identifier text not null,
  referenced_id text not null,
  referenced_type text not null,
  relationship smallint not null check (relationship in (1, 2)),
  primary key (domain, case_id, identifier)
);
comment on column ingest.case_indices.relationship is '1 child, 2 extension.';
create index case_indices_reverse on ingest.case_indices (domain, referenced_id, relationship);

create table ingest.case_attachments (
  domain text not null,
  case_id text not null,
  name text not null,
  form_id text not null,
  source_name text not null,
  content_type text,
  size_bytes integer,
  primary key (domain, case_id, name)
);
comment on table ingest.case_attachments is 'Attachments a case holds; the bytes are the attachment source_name of form form_id.';

create table ingest.case_transactions (
  domain text not null,
  case_id text not null,
  form_id text not null,
  rebuild smallint not null default 0,
  type integer not null,
  server_at timestamptz not null,
  client_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  seq bigint generated always as identity,
  sync_log_id text,
  revoked boolean not null default false,
  user_id text,
  details jsonb,
  blocks jsonb not null default '[]',
  primary key (domain, case_id, form_id, rebuild, seq)
);
comment on table ingest.case_transactions is 'Who changed which case by which form: replaying the blocks of the unrevoked form rows in (server_at, seq) order gives the state of the case, at any point of its life.';
comment on column ingest.case_transactions.rebuild is '0 for a form, else the rebuild bit of type (8 archived by user, 16 form archived, 32 form edit, 2048 reprocess).';
comment on column ingest.case_transactions.type is 'Union of the bits of the reference: FORM 1, REBUILD_* 2..32 and 2048, LEDGER 64, CASE_CREATE 128, CASE_CLOSE 256, CASE_INDEX 512, CASE_ATTACHMENT 1024.';
comment on column ingest.case_transactions.blocks is 'The case blocks of this form for this case, normalised, in the order in which they apply.';
create unique index case_transactions_form on ingest.case_transactions (domain, case_id, form_id) where rebuild = 0;
create index case_transactions_by_form on ingest.case_transactions (domain, form_id);

create table ingest.ledger_values (
  domain text not null,
  case_id text not null,
  section_id text not null,
  entry_id text not null,
  balance numeric not null,
  last_modified_at timestamptz not null,
  last_modified_form_id text not null,
  primary key (domain, case_id, section_id, entry_id)
);
comment on table ingest.ledger_values is 'Stock of one product (entry) in one section of one case.';

create table ingest.ledger_transactions (
  domain text not null,
  case_id text not null,
  section_id text not null,
  entry_id text not null,
  form_id text not null,
  position integer not null,
  kind text not null check (kind in ('balance', 'transfer')),
  delta numeric not null,
  updated_balance numeric not null,
  server_at timestamptz not null,
  reported_at timestamptz not null,
  revoked boolean not null default false,
  primary key (domain, case_id, section_id, entry_id, form_id, position)
);
comment on table ingest.ledger_transactions is 'Each change of a ledger value; replaying the unrevoked ones in (server_at, position) order gives the balance.';
create index ledger_transactions_form on ingest.ledger_transactions (domain, form_id);
