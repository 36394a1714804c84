-- grain: one mobile worker. dedupe: final, highest version. order by: a domain's workers.
-- partition: none. ttl: none. rows a year: 100,000. rebuild: replay user-events.v1 through the loader.
create table if not exists workers (
  domain LowCardinality(String),
  user_id String,
  version UInt64,
  username String,
  first_name String,
  last_name String,
  location_id String,
  location_path Array(String),
  group_ids Array(String),
  case_sharing_group_ids Array(String),
  is_active Bool,
  is_demo Bool,
  is_deleted Bool,
  created_at DateTime64(6, 'UTC')
) engine = ReplacingMergeTree(version)
order by (domain, user_id)
settings non_replicated_deduplication_window = 10000
