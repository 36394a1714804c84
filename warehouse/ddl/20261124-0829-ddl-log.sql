-- grain: one applied file of this folder. dedupe: final, newest applied_at. order by: the name (the one table
-- that no domain owns). partition: none. ttl: none. rows a year: 50. rebuild: apply the folder again, all is idempotent.
create table if not exists ddl_log (
  name String,
  checksum String,
  applied_at DateTime64(6, 'UTC') default now64(6)
) engine = ReplacingMergeTree(applied_at)
order by name
