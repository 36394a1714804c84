/** All rows of an insert in one block, so that a reader sees all or nothing of it, and its token drops it when it comes again. */
export const ONE_BLOCK = {
  async_insert: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  input_format_parallel_parsing: 0,
  max_insert_block_size: '10000000',
  min_insert_block_size_rows: '10000000',
  min_insert_block_size_bytes: '1000000000',
  // No clock may fail an insert.
  max_partitions_per_insert_block: '0',
} as const
