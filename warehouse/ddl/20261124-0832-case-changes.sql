-- grain: one change of one case. dedupe: (domain, case_id, version) is unique; final, or token at insert.
-- order by: reports ask which cases of a domain had an action in a range of changed_at.
-- partition: month of server_at, which no client clock decides (one for all before 2010 and after 2039). ttl: none.
-- rows a year: up to 150 M. rebuild: replay case-events.v1 through the loader.
create table if not exists case_changes (
  domain LowCardinality(String),
  case_id String,
  version UInt64,
  case_type LowCardinality(String),
  cause Enum8('form' = 1, 'rebuild' = 2),
  form_id String,
  transaction_type UInt16,
  user_id LowCardinality(String),
  owner_before LowCardinality(String),
  owner_after LowCardinality(String),
  changed_at DateTime64(6, 'UTC'),
  server_at DateTime64(6, 'UTC'),
  loaded_at DateTime64(6, 'UTC') default now64(6),
  before String codec(ZSTD(1)),
  after String codec(ZSTD(1)),
  index by_case_id case_id type bloom_filter(0.01) granularity 1
) engine = ReplacingMergeTree()
partition by if(toYear(server_at) between 2010 and 2039, toYYYYMM(server_at), 0)
order by (domain, changed_at, case_id, version)
settings non_replicated_deduplication_window = 10000
