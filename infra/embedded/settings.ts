/** What our Postgres is told on its command line: made for a laptop with two cores and a few gigabytes. */
import { runToEnd } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import type { Binaries } from './binaries.ts'
import type { ServerUser } from './server-user.ts'

export type ServerSettings = Readonly<Record<string, string>>

const DEFAULTS: ServerSettings = {
  shared_buffers: '128MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_connections: '60',
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '10min',
  random_page_cost: '1.1',
  max_worker_processes: '4',
  max_parallel_workers_per_gather: '1',
  max_wal_senders: '0',
  wal_level: 'minimal',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Errors may quote values that people typed; the program that sent the statement logs them with care, the server does not.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
}

const LZ4: ServerSettings = { wal_compression: 'lz4', default_toast_compression: 'lz4' }

/** The command line of the server: no TCP, one socket, our settings, `own` on top of them. */
export async function toServerArguments(
  cluster: Cluster,
  binaries: Binaries,
  user: ServerUser | undefined,
  own: ServerSettings,
): Promise<readonly string[]> {
  const settings = {
    ...DEFAULTS,
    ...((await hasLz4(cluster, binaries, user)) ? LZ4 : {}),
    ...own,
    listen_addresses: '',
    unix_socket_directories: cluster.socketFolder,
    unix_socket_permissions: '0700',
  }
  return [
    '-D',
    cluster.folder,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]
}

async function hasLz4(cluster: Cluster, binaries: Binaries, user: ServerUser | undefined): Promise<boolean> {
  const args = [
    '-D',
    cluster.folder,
    '-c',
    'default_toast_compression=lz4',
    '-C',
    'default_toast_compression',
  ]
  return (await runToEnd(binaries.postgres, args, binaries, user)).exit === '0'
}
