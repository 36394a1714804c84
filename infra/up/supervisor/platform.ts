/** All processes of one platform: started in the order in which they need each other, stopped in the reverse. */
import { join } from 'node:path'
import { createMetrics, createWarehouseClient, mergeMetrics } from '#infra/platform/index.ts'
import type { Log, Secret } from '#infra/platform/index.ts'
import type { DataDir } from '../data-dir/data-dir.ts'
import type { PlatformSecrets } from '../data-dir/secrets.ts'
import type { RoleName } from '../roles/role.ts'
import { ROOT } from '../root.ts'
import { roleNotRunning, stopped } from '../problems.ts'
import type { RestartedRole } from './control.ts'
import { createKeptProcess, type KeptProcess } from './kept-process.ts'
import type { PulseOptions } from './pulse.ts'
import { toRoleEnvironment } from './role-environment.ts'
import { keepPostgres, migrateAll, type KeptPostgres } from './postgres-keeper.ts'
import { createRotatingLog } from './rotating-log.ts'
import type { Ports } from './ports.ts'

export interface PlatformOptions {
  readonly dataDir: DataDir
  readonly secrets: PlatformSecrets
  readonly ports: Ports
  readonly host: string
  readonly instanceId: string
  readonly controlUrl: string
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
  /** Puts new processes in the place of those that run, one role after the other. None named: all. @throws UP_ROLE_NOT_RUNNING, UP_ROLE_RESTART_FAILED */
  restart(roles: readonly string[]): Promise<readonly RestartedRole[]>
  /** The numbers of the supervisor and of every role but the API. */
  metrics(): Promise<string>
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
  api: { stop: 4_000, retire: 20_000 },
  loader: { stop: 3_000, retire: 10_000 },
  keeper: { stop: 3_000, retire: 10_000 },
  feed: { stop: 3_000, retire: 10_000 },
  dashboards: { stop: 1_500, retire: 20_000 },
  warehouse: { stop: 3_000, retire: 12_000 },
} as const
/** Roles of which a second process may start beside the first: it shares the socket, or stands by until the first gives up its turn. */
const MAY_OVERLAP: ReadonlySet<RoleName> = new Set(
  process.platform === 'win32' ? ['feed', 'loader'] : ['feed', 'loader', 'dashboards', 'api'],
)
/** An engine that merges large parts on a small machine may be slow to answer; ending one costs more than waiting. */
const PULSES: Readonly<Record<RoleName, PulseOptions>> = {
  api: { everyMs: 5_000, maxMissed: 3 },
  loader: { everyMs: 5_000, maxMissed: 3 },
  keeper: { everyMs: 5_000, maxMissed: 3 },
  feed: { everyMs: 5_000, maxMissed: 3 },
  dashboards: { everyMs: 5_000, maxMissed: 3 },
  warehouse: { everyMs: 5_000, maxMissed: 12 },
}

export function createPlatform(options: PlatformOptions): Platform {
  const { env, dataDir, log, tell } = options
  const kept = new Map<RoleName, KeptProcess>()
  const metrics = createMetrics({ role: 'up' })
  const restarts = metrics.counter('up_role_restarts_total', 'Processes that were started again.', [
    'of',
    'reason',
  ])
  const running = metrics.gauge('up_role_running', 'Whether a process of the role runs (1) or not (0).', [
    'of',
  ])
  metrics.beforeRead(() => {
    for (const [role, process] of kept) running.set({ of: role }, process.pid() === undefined ? 0 : 1)
  })
  let starting: Promise<KeptPostgres> | undefined
  let restarting: Promise<unknown> = Promise.resolve()
  let isStopping = false

  function startRole(role: RoleName, databaseUrl: Secret | undefined): Promise<void> {
    const process = createKeptProcess({
      role,
      ...toCommand(role),
      env: toRoleEnvironment(role, { ...options, databaseUrl }),
      log: createRotatingLog(join(dataDir.logs, `${role}.log`), LARGEST_LOG_BYTES),
      pulse: PULSES[role],
      mayOverlap: MAY_OVERLAP.has(role),
      graceMs: GRACE_MS[role],
      tell,
      onRestart: (reason) => restarts.inc({ of: role, reason }),
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
      const stopRole = async (role: RoleName): Promise<void> => kept.get(role)?.stop()
      await stopRole('api')
      await Promise.all((['dashboards', 'loader', 'keeper', 'feed'] as const).map(stopRole))
      await stopRole('warehouse')
      const postgres = await starting?.catch(() => undefined)
      await postgres?.stop()
    },
    restart(roles) {
      const work = restarting.then(async () => restartRoles(kept, roles, starting))
      restarting = work.catch(() => undefined)
      return work
    },
    async metrics() {
      const others = [...kept].flatMap(([role, process]) => (role === 'api' ? [] : [process.metrics()]))
      const texts = await Promise.allSettled([metrics.text(), ...others])
      return mergeMetrics(texts.flatMap((text) => (text.status === 'fulfilled' ? [text.value] : [])))
    },
    kill() {
      for (const process of kept.values()) process.kill()
    },
  }
}

/** Data flows from the left: whoever takes over finds what it reads already there. */
const RESTART_ORDER: readonly RoleName[] = ['warehouse', 'feed', 'loader', 'keeper', 'dashboards', 'api']

/** New programs may need new tables, so those come first. */
async function restartRoles(
  kept: ReadonlyMap<RoleName, KeptProcess>,
  asked: readonly string[],
  starting: Promise<KeptPostgres> | undefined,
): Promise<readonly RestartedRole[]> {
  const running = RESTART_ORDER.filter((role) => kept.has(role))
  const unknown = asked.find((role) => !running.some((name) => name === role))
  if (unknown !== undefined) throw roleNotRunning({ role: unknown, running })
  const postgres = await starting
  if (postgres) await migrateAll(postgres.url)
  const restarted: RestartedRole[] = []
  for (const role of running.filter((name) => asked.length === 0 || asked.includes(name))) {
    const startedAt = performance.now()
    await kept.get(role)?.restart()
    restarted.push({ role, seconds: Math.round((performance.now() - startedAt) / 100) / 10 })
  }
  return restarted
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
