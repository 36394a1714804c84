-- grain: one case id, what lists and counts ask of it. dedupe: final, highest version. order by: numbers are merged faster than
-- texts, and final merges on every read; the hash leads to the rows of one case. A copy of cases without the document, so
-- that the loader can keep it in one part (`loader/compact.ts`): final over one part costs little more than a scan.
-- Begins with what cases holds. partition: none. ttl: none. rows a year: up to 20 M.
-- rebuild: replay case-events.v1 through the loader.
create table if not exists case_facts (
  domain LowCardinality(String),
  case_hash UInt64 default cityHash64(case_id),
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
  loaded_at DateTime64(6, 'UTC') default now64(6)
) engine = ReplacingMergeTree(version)
order by (domain, case_hash, case_id)
settings non_replicated_deduplication_window = 10000, index_granularity = 2048
as select domain, cityHash64(case_id) as case_hash, case_id, version, type, name, owner_id, external_id, opened_at, opened_by,
  modified_at, modified_by, closed, closed_at, closed_by, deleted, server_modified_at, loaded_at
from cases final
