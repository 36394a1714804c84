-- grain: one form id. dedupe: final, highest version. order by: reports ask for a domain's range of received_at.
-- partition: month of received_at (one for all before 2010 and after 2039, so that no clock makes thousands). Rows of one
-- form share received_at, so final need not look across partitions; the loader retires the old place of a form id that an
-- error form gave away. ttl: none. rows a year: up to 100 M. rebuild: replay form-events.v1 through the loader.
create table if not exists forms (
  domain LowCardinality(String),
  form_id String,
  version UInt64,
  state UInt8,
  xmlns LowCardinality(String),
  form_type LowCardinality(String),
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
  document String codec(ZSTD(1)),
  index by_form_id form_id type bloom_filter(0.01) granularity 1,
  index by_case_id case_ids type bloom_filter(0.01) granularity 1,
  index by_server_modified_at server_modified_at type minmax granularity 1,
  index by_loaded_at loaded_at type minmax granularity 1
) engine = ReplacingMergeTree(version)
partition by if(toYear(received_at) between 2010 and 2039, toYYYYMM(received_at), 0)
order by (domain, received_at, form_id)
settings non_replicated_deduplication_window = 10000
