-- Not breaking; adds a column with a constant default (a short exclusive lock on tenants.domains) and two new tables.
alter table tenants.domains add column limits jsonb not null default '{}'
  check (jsonb_typeof(limits) = 'object');
comment on column tenants.domains.limits is 'Limits of this project space that differ from the platform''s: name to number, null for none.';

create table tenants.platform_limits (
  only_row boolean primary key default true check (only_row),
  limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object')
);
comment on table tenants.platform_limits is 'One row: limits of the platform that differ from its preset: name to number, null for none.';

create unlogged table tenants.rate_counts (
  limiter text not null,
  domain text not null,
  total bigint not null,
  starts bigint[] not null,
  counts bigint[] not null,
  befores bigint[] not null,
  primary key (limiter, domain)
) with (fillfactor = 50);
comment on table tenants.rate_counts is 'What was let in lately, shared by all processes. Unlogged: a crash of Postgres forgets it, and everybody starts anew.';
comment on column tenants.rate_counts.domain is 'Empty: the whole platform.';
comment on column tenants.rate_counts.starts is 'When the windows of a minute, an hour, a day and a week began, in seconds since 1970.';
comment on column tenants.rate_counts.befores is 'The counts of the windows just before.';
