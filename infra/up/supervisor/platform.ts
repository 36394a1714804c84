/** All processes of one platform: started in the order in which they need each other, stopped in the reverse. */
import { join } from 'node:path'
import { createWarehouseClient } from '#infra/platform/index.ts'
import type { Log, Secret } from '#infra/platform/index.ts'
import type { DataDir } from '../data-dir/data-dir.ts'
import type { PlatformSecrets } from '../data-dir/secrets.ts'
import type { RoleName } from '../roles/role.ts'
import { ROOT } from '../root.ts'
import { stopped } from '../problems.ts'
import { createKeptProcess, type KeptProcess } from './kept-process.ts'
import { toRoleEnvironment } from './role-environment.ts'
import { keepPostgres, type KeptPostgres } from './postgres-keeper.ts'
import { createRotatingLog } from './rotating-log.ts'
import type { Ports } from './ports.ts'

export interface PlatformOptions {
  readonly dataDir: DataDir
  readonly secrets: PlatformSecrets
  readonly ports: Ports
  readonly host: string
  readonly instanceId: string
  readonly withDashboards: boolean
  readonly env: NodeJS.ProcessEnv
  readonly log: Log
  readonly tell: (line: string) => void
}

export interface RunningPlatform {
  readonly databaseUrl: Secret
  readonly isPostgresEmbedded: boolean
}

export interface Platform {
  /** Starts all; what was started before a failure is stopped by `stop`. */
  start(): Promise<RunningPlatform>
  stop(): Promise<void>
  /** Ends everything at once. */
  kill(): void
}

const LARGEST_LOG_BYTES = 10_000_000
/**
 * A small young generation: measured a third less memory after the demo, and no more time. kafkajs sets a timer with a
 * negative time, which Node 24 tells of and takes as 1 ms, as was meant.
 */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=4',
]
const GRACE_MS = {
  api: 4_000,
  loader: 3_000,
  keeper: 3_000,
  feed: 3_000,
  dashboards: 1_500,
  warehouse: 3_000,
} as const

export function createPlatform(options: PlatformOptions): Platform {
  const { env, dataDir, log, tell } = options
  const kept = new Map<RoleName, KeptProcess>()
  let starting: Promise<KeptPostgres> | undefined
  let isStopping = false

  function startRole(role: RoleName, databaseUrl: Secret | undefined): Promise<void> {
    const process = createKeptProcess({
      role,
      ...toCommand(role),
      env: toRoleEnvironment(role, { ...options, databaseUrl }),
      log: createRotatingLog(join(dataDir.logs, `${role}.log`), LARGEST_LOG_BYTES),
      tell,
    })
    kept.set(role, process)
    return process.start()
  }

  return {
    async start() {
      const isEngineOurs = env.CLICKHOUSE_URL === undefined
      starting = keepPostgres({ folder: dataDir.postgres, externalUrl: env.DATABASE_URL, log, tell })
      const [postgres] = await Promise.all([
        starting,
        isEngineOurs ? startRole('warehouse', undefined) : checkEngine(env),
      ])
      // Told to stop in between: whoever stops has already passed over what does not run yet.
      if (isStopping) throw stopped({})
      const others: RoleName[] = ['loader', 'keeper', 'api']
      if (options.withDashboards) others.push('dashboards')
      if (env.KAFKA_BROKERS !== undefined) others.unshift('feed')
      await Promise.all(others.map((role) => startRole(role, postgres.url)))
      return { databaseUrl: postgres.url, isPostgresEmbedded: postgres.isEmbedded }
    },
    async stop() {
      isStopping = true
      const stopRole = async (role: RoleName): Promise<void> => kept.get(role)?.stop(GRACE_MS[role])
      await stopRole('api')
      await Promise.all((['dashboards', 'loader', 'keeper', 'feed'] as const).map(stopRole))
      await stopRole('warehouse')
      const postgres = await starting?.catch(() => undefined)
      await postgres?.stop()
    },
    kill() {
      for (const process of kept.values()) process.kill()
    },
  }
}

function toCommand(role: RoleName): { readonly program: string; readonly args: readonly string[] } {
  const main = join(ROOT, 'infra', 'up', 'main.ts')
  return { program: process.execPath, args: [...NODE_FLAGS, main, 'serve', role] }
}

/** An engine that somebody else runs is asked once, so that a wrong address is told at the start. */
async function checkEngine(env: NodeJS.ProcessEnv): Promise<void> {
  const client = createWarehouseClient({
    url: env.CLICKHOUSE_URL ?? '',
    username: env.CLICKHOUSE_OWNER_USER ?? 'owner',
    password: env.CLICKHOUSE_OWNER_PASSWORD ?? '',
  })
  try {
    const answer = await client.ping()
    if (!answer.success) throw answer.error
  } finally {
    await client.close()
  }
}
