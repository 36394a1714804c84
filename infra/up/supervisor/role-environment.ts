import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Secret } from '#infra/platform/index.ts'
import type { DataDir } from '../data-dir/data-dir.ts'
import type { PlatformSecrets } from '../data-dir/secrets.ts'
import type { RoleName } from '../roles/role.ts'
import type { Ports } from './ports.ts'

export interface RoleEnvironment {
  readonly dataDir: DataDir
  readonly secrets: PlatformSecrets
  readonly ports: Ports
  readonly host: string
  readonly instanceId: string
  readonly withDashboards: boolean
  readonly env: NodeJS.ProcessEnv
  readonly databaseUrl: Secret | undefined
  /** Where the supervisor itself answers. */
  readonly controlUrl: string
}

/** What a machine needs to run a program at all; nothing else of ours is passed on. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_ENV', 'NODE_EXTRA_CA_CERTS']

/** glibc gives each thread an arena of its own otherwise, and keeps in them what Node's threads have freed. */
const MALLOC_ARENA_MAX = '2'
const TRACES = ['CASEHOUSE_TRACES_URL', 'CASEHOUSE_TRACES_RATIO', 'OTEL_EXPORTER_OTLP_ENDPOINT']
const KAFKA = [
  'KAFKA_BROKERS',
  'KAFKA_TOPIC_PREFIX',
  'KAFKA_TLS',
  'KAFKA_USERNAME',
  'KAFKA_PASSWORD',
  'KAFKA_PARTITIONS',
  'KAFKA_REPLICAS',
  'KAFKA_RETENTION_HOURS',
]

const ARCHIVE = [
  'CASEHOUSE_ARCHIVE_URL',
  'CASEHOUSE_ARCHIVE_ENDPOINT',
  'CASEHOUSE_ARCHIVE_REGION',
  'CASEHOUSE_ARCHIVE_ACCESS_KEY',
  'CASEHOUSE_ARCHIVE_SECRET_KEY',
  'CASEHOUSE_ARCHIVE_PATH_STYLE',
]

/** The environment of one role process: only what this role reads (roles/config.ts), so that no other learns its secrets. */
export function toRoleEnvironment(
  role: RoleName,
  options: RoleEnvironment,
): Record<string, string | undefined> {
  const { env, secrets, ports, host, dataDir, databaseUrl } = options
  const base = Object.fromEntries(PASSED_ON.map((key) => [key, env[key]]))
  const level = { CASEHOUSE_LOG_LEVEL: env.CASEHOUSE_LOG_LEVEL, ...toFailPointsFile(role, env) }
  const owner = {
    CLICKHOUSE_OWNER_USER: env.CLICKHOUSE_OWNER_USER,
    CLICKHOUSE_OWNER_PASSWORD: env.CLICKHOUSE_OWNER_PASSWORD ?? secrets.engineOwnerPassword.reveal(),
  }
  const reader = {
    CLICKHOUSE_READER_USER: env.CLICKHOUSE_READER_USER,
    CLICKHOUSE_READER_PASSWORD: env.CLICKHOUSE_READER_PASSWORD ?? secrets.engineReaderPassword.reveal(),
  }
  const stores = {
    DATABASE_URL: databaseUrl?.reveal(),
    CLICKHOUSE_URL: env.CLICKHOUSE_URL ?? env.CASEHOUSE_ENGINE_URL ?? `http://127.0.0.1:${ports.engine}`,
    CLICKHOUSE_DATABASE: env.CLICKHOUSE_DATABASE,
  }
  const dashboardsUrl = `http://127.0.0.1:${ports.dashboards}`
  const archive = toArchiveEnvironment(env, dataDir)
  const kafka = Object.fromEntries(KAFKA.map((key) => [key, env[key]]))
  const own: Record<RoleName, Record<string, string | undefined>> = {
    warehouse: {
      ...owner,
      ...reader,
      CASEHOUSE_ENGINE_DATA: dataDir.engine,
      CASEHOUSE_ENGINE_PORT: String(ports.engine),
      // Node reads its modules with the pool, so setting it in the engine's own code comes too late.
      UV_THREADPOOL_SIZE: '32',
    },
    feed: { DATABASE_URL: stores.DATABASE_URL, ...kafka },
    loader: { ...stores, ...owner, ...kafka },
    keeper: {
      ...stores,
      ...reader,
      ...archive,
      CASEHOUSE_ARCHIVE_AFTER_MINUTES: env.CASEHOUSE_ARCHIVE_AFTER_MINUTES,
    },
    dashboards: {
      API_URL: toLocalUrl(host, ports.api),
      CASEHOUSE_DASHBOARDS_PORT: String(ports.dashboards),
    },
    api: {
      ...stores,
      ...reader,
      ...archive,
      CASEHOUSE_LIMITS: env.CASEHOUSE_LIMITS,
      CASEHOUSE_OPERATOR_TOKEN: secrets.operatorToken.reveal(),
      CASEHOUSE_INSTANCE_ID: options.instanceId,
      CASEHOUSE_HOST: host,
      CASEHOUSE_PORT: String(ports.api),
      CASEHOUSE_PUBLIC_URL: env.CASEHOUSE_PUBLIC_URL,
      CASEHOUSE_CONTROL_URL: options.controlUrl,
      CASEHOUSE_DASHBOARDS_URL: options.withDashboards ? dashboardsUrl : undefined,
    },
  }
  const traces = Object.fromEntries(TRACES.map((key) => [key, env[key]]))
  return { MALLOC_ARENA_MAX, CASEHOUSE_SUPERVISED: 'true', ...base, ...traces, ...level, ...own[role] }
}

/** Kill tests give each role a file of its own in one folder. */
function toFailPointsFile(role: RoleName, env: NodeJS.ProcessEnv): Record<string, string> {
  const folder = env.CASEHOUSE_FAIL_POINTS_DIR
  return folder === undefined ? {} : { CASEHOUSE_FAIL_POINTS_FILE: join(folder, role) }
}

/** Told by the environment, else a folder beside the databases. Commands with nothing running use it too. */
export function toArchiveEnvironment(
  env: NodeJS.ProcessEnv,
  dataDir: DataDir,
): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(ARCHIVE.map((key) => [key, env[key]])),
    CASEHOUSE_ARCHIVE_URL: env.CASEHOUSE_ARCHIVE_URL ?? pathToFileURL(dataDir.archive).href,
  }
}

/** How this machine reaches what listens on `host`. */
export function toLocalUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
