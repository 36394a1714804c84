-- grain: one case id. dedupe: final, highest version. order by: a domain's cases, one case by id: small granules, since
-- whoever reads here reads whole documents of a few cases.
-- partition: none, a case changes for years. ttl: none. rows a year: up to 20 M.
-- rebuild: replay case-events.v1 through the loader.
create table if not exists cases (
  domain LowCardinality(String),
  case_id String,
  version UInt64,
  type LowCardinality(String),
  name String,
  owner_id LowCardinality(String),
  external_id String,
  opened_at Nullable(DateTime64(6, 'UTC')),
  opened_by LowCardinality(String),
  modified_at DateTime64(6, 'UTC'),
  modified_by LowCardinality(String),
  closed Bool,
  closed_at Nullable(DateTime64(6, 'UTC')),
  closed_by LowCardinality(String),
  deleted Bool,
  server_modified_at DateTime64(6, 'UTC'),
  loaded_at DateTime64(6, 'UTC') default now64(6),
  document String codec(ZSTD(1))
) engine = ReplacingMergeTree(version)
order by (domain, case_id)
settings non_replicated_deduplication_window = 10000, index_granularity = 256
