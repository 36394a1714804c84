-- Not breaking; creates new tables only, takes no lock on existing ones.
create schema tenants;

create table tenants.domains (
  domain text primary key check (domain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  title text not null,
  default_timezone text not null default 'UTC',
  secure_submissions boolean not null default false,
  closes_extensions boolean not null default true,
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);
comment on table tenants.domains is 'Project spaces. Nothing is ever shared between two of them.';
comment on column tenants.domains.closes_extensions is 'When a host case closes, its open extension chain is closed by a system form.';

create table tenants.web_users (
  user_id text primary key,
  email text not null,
  password_hash text not null,
  first_name text not null default '',
  last_name text not null default '',
  is_superuser boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  last_login_at timestamptz
);
create unique index web_users_email on tenants.web_users (lower(email));
comment on table tenants.web_users is 'People who view and administer; may belong to several domains.';

create table tenants.memberships (
  domain text not null references tenants.domains on delete cascade,
  user_id text not null references tenants.web_users on delete cascade,
  role text not null check (role in ('admin', 'reader')),
  created_at timestamptz not null default now(),
  primary key (domain, user_id)
);
create index memberships_user on tenants.memberships (user_id);

create table tenants.location_types (
  domain text not null references tenants.domains on delete cascade,
  code text not null,
  name text not null,
  parent_code text,
  primary key (domain, code)
);

create table tenants.locations (
  domain text not null references tenants.domains on delete cascade,
  location_id text not null,
  name text not null,
  site_code text not null,
  type_code text not null,
  parent_id text,
  latitude double precision,
  longitude double precision,
  created_at timestamptz not null default now(),
  primary key (domain, location_id),
  unique (domain, site_code),
  foreign key (domain, type_code) references tenants.location_types (domain, code),
  foreign key (domain, parent_id) references tenants.locations (domain, location_id)
);
create index locations_parent on tenants.locations (domain, parent_id);

create table tenants.mobile_workers (
  domain text not null references tenants.domains on delete cascade,
  user_id text not null,
  username text not null check (username = lower(username)),
  password_hash text not null,
  first_name text not null default '',
  last_name text not null default '',
  phone_number text,
  location_id text,
  is_active boolean not null default true,
  is_demo boolean not null default false,
  deleted_at timestamptz,
  user_data jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (domain, user_id),
  unique (domain, username),
  foreign key (domain, location_id) references tenants.locations (domain, location_id)
);
create unique index mobile_workers_user_id on tenants.mobile_workers (user_id);
comment on column tenants.mobile_workers.username is 'The short name; the full one is username@domain.commcarehq.org.';
comment on column tenants.mobile_workers.version is 'Grows by one with each change; consumers of user-events apply by it.';

create table tenants.groups (
  domain text not null references tenants.domains on delete cascade,
  group_id text not null,
  name text not null,
  case_sharing boolean not null default false,
  reporting boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (domain, group_id),
  unique (domain, name)
);

create table tenants.group_members (
  domain text not null,
  group_id text not null,
  user_id text not null,
  primary key (domain, group_id, user_id),
  foreign key (domain, group_id) references tenants.groups (domain, group_id) on delete cascade,
  foreign key (domain, user_id) references tenants.mobile_workers (domain, user_id) on delete cascade
);
create index group_members_user on tenants.group_members (domain, user_id);

create table tenants.sessions (
  token_hash bytea primary key,
  user_id text not null references tenants.web_users on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_seen_at timestamptz not null default now()
);
create index sessions_user on tenants.sessions (user_id);
comment on table tenants.sessions is 'Signed-in browsers; the token itself is only in the cookie.';

create table tenants.api_keys (
  key_id text primary key,
  domain text not null references tenants.domains on delete cascade,
  name text not null,
  user_id text references tenants.web_users on delete cascade,
  role text not null check (role in ('admin', 'reader')),
  key_hash bytea not null unique,
  key_prefix text not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  unique (domain, name)
);
comment on table tenants.api_keys is 'Keys for programs; the key is shown once and kept as a hash. Without user_id the key''s own name stands where the username would.';
