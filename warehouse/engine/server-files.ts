/** The configuration that the library reads at its start, written anew each time into the data folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Tables that show texts of queries, values in them, or where things lie on the machine. ClickHouse lets all read them. */
const OWNERS_TABLES = [
  'asynchronous_inserts',
  'backups',
  'detached_parts',
  'dictionaries',
  'disks',
  'distribution_queue',
  'errors',
  'filesystem_cache',
  'filesystem_cache_settings',
  'hypothetical_indexes',
  'iceberg_files',
  'iceberg_history',
  'kafka_consumers',
  'macros',
  'merges',
  'moves',
  'mutations',
  'named_collections',
  'processes',
  'query_cache',
  'query_condition_cache',
  'remote_data_paths',
  'replicas',
  's3_queue_settings',
  's3queue_metadata_cache',
  'schema_inference_cache',
  'server_settings',
  'stack_trace',
  'storage_policies',
  'user_directories',
  'user_processes',
  'view_refreshes',
  'warnings',
  'workloads',
] as const

/**
 * One user, two roles. Each connection begins with both; a reader's drops to `reader_role` and then becomes read-only,
 * which ClickHouse lets nobody undo. All connections are the same user to ClickHouse, so the list of running queries, which
 * shows their texts, is filtered by role.
 */
const USERS = `<clickhouse>
  <profiles>
    <default>
      <async_insert>0</async_insert>
      <deduplicate_blocks_in_dependent_materialized_views>1</deduplicate_blocks_in_dependent_materialized_views>
      <allow_introspection_functions>0</allow_introspection_functions>
    </default>
  </profiles>
  <roles>
    <owner_role>
      <grants><query>GRANT ALL ON *.* WITH GRANT OPTION</query></grants>
    </owner_role>
    <reader_role>
      <grants>
        <query>GRANT SELECT, SHOW, dictGet ON *.*</query>
        <query>REVOKE SELECT, SHOW ON system.*</query>
      </grants>
    </reader_role>
  </roles>
  <users>
    <default>
      <no_password/>
      <profile>default</profile>
      <quota>default</quota>
      <networks><ip>::/0</ip></networks>
      <grants><query>GRANT owner_role, reader_role</query></grants>
      <databases>
        <system>
          ${OWNERS_TABLES.map((table) => `<${table}><filter>has(currentRoles(), 'owner_role')</filter></${table}>`).join('\n          ')}
        </system>
      </databases>
    </default>
  </users>
  <quotas><default/></quotas>
</clickhouse>
`

const toConfig = (usersPath: string) => `<clickhouse>
  <users_config>${usersPath.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</users_config>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
  </merge_tree>
</clickhouse>
`

/** @returns the arguments of the first connection */
export function writeServerFiles(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const users = join(folder, 'users.xml')
  const config = join(folder, 'config.xml')
  writeFileSync(users, USERS, { mode: 0o600 })
  writeFileSync(config, toConfig(users), { mode: 0o600 })
  return [`--config-file=${config}`]
}
