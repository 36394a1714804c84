-- grain: one form id. dedupe: final, highest version. order by: reports ask for a domain's range of received_at.
-- partition: month, received_at of a form never changes, so final need not look across partitions. ttl: none.
-- rows a year: up to 100 M. rebuild: replay form-events.v1 through the loader.
create table if not exists forms (
  domain LowCardinality(String),
  form_id String,
  version UInt64,
  state UInt8,
  xmlns LowCardinality(String),
  form_name LowCardinality(String),
  app_id LowCardinality(String),
  build_id LowCardinality(String),
  user_id LowCardinality(String),
  username LowCardinality(String),
  device_id LowCardinality(String),
  received_at DateTime64(6, 'UTC'),
  completed_at Nullable(DateTime64(6, 'UTC')),
  started_at Nullable(DateTime64(6, 'UTC')),
  edited_at Nullable(DateTime64(6, 'UTC')),
  server_modified_at DateTime64(6, 'UTC'),
  loaded_at DateTime64(6, 'UTC') default now64(6),
  app_version String,
  commcare_version LowCardinality(String),
  problem String,
  orig_id String,
  case_ids Array(String),
  document String codec(ZSTD(1))
) engine = ReplacingMergeTree(version)
partition by toYYYYMM(received_at)
order by (domain, received_at, form_id)
settings non_replicated_deduplication_window = 10000
