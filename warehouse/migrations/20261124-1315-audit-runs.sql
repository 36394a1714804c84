-- Not breaking; creates new tables only, takes no lock on existing ones.
create schema warehouse;

create table warehouse.audit_runs (
  run_id bigint generated always as identity primary key,
  scope text not null check (scope in ('full', 'recent', 'asked')),
  started_at timestamptz not null,
  finished_at timestamptz not null default clock_timestamp(),
  outcome text not null check (outcome in ('done', 'postponed', 'failed')),
  code text,
  as_of timestamptz,
  domains integer not null default 0,
  hours bigint not null default 0,
  documents bigint not null default 0,
  verified bigint not null default 0,
  found integer not null default 0,
  repaired integer not null default 0,
  unrepaired integer not null default 0
);
comment on table warehouse.audit_runs is 'One row per comparison of Postgres with the warehouse; the newest few hundred are kept, of those that found something more.';
comment on column warehouse.audit_runs.scope is 'full: everything; recent: the last hours of domains with new events; asked: by the command line.';
comment on column warehouse.audit_runs.code is 'Why it was postponed or failed: the code of a problem.';
comment on column warehouse.audit_runs.as_of is 'What was committed before this instant was compared.';
comment on column warehouse.audit_runs.verified is 'Documents of which every column was compared; the others by version and by the seal of their hour.';

create table warehouse.audit_findings (
  run_id bigint not null references warehouse.audit_runs (run_id) on delete cascade,
  domain text not null,
  part text not null check (part in ('forms', 'cases', 'case_facts', 'case_changes', 'workers')),
  document_id text not null,
  kind text not null check (kind in ('missing', 'extra', 'stale', 'changed')),
  outcome text not null check (outcome in ('repaired', 'unrepaired', 'named')),
  reason text,
  primary key (run_id, domain, part, document_id)
);
comment on table warehouse.audit_findings is 'Documents that differed in a run, the first few hundred of each.';
comment on column warehouse.audit_findings.reason is 'Why it could not be repaired: a code.';
create index audit_findings_domain on warehouse.audit_findings (domain, run_id);

create table warehouse.audit_seals (
  domain text not null,
  part text not null check (part in ('forms', 'cases')),
  hour text not null,
  documents bigint not null,
  checksum text not null,
  content text not null,
  sealed_at timestamptz not null default now(),
  primary key (domain, part, hour)
);
comment on table warehouse.audit_seals is 'Hours whose rows in the warehouse were compared with the truth column by column: while ids and versions (checksum) stay what they were, so must the digest of the rows (content).';
