/** `casehouse serve ROLE…`: some roles in this process, until a signal, the supervisor's word, or the supervisor's end. */
import type { z } from 'zod'
import {
  armFailPoints,
  createLog,
  createMetrics,
  createTracing,
  readConfig,
  type Metrics,
} from '#infra/platform/index.ts'
import type { Log } from '#infra/platform/contract.ts'
import { followFailPointsFile } from './fail-points-file.ts'
import {
  ApiEnv,
  DashboardsEnv,
  FeedEnv,
  KeeperEnv,
  LoaderEnv,
  ProcessEnv,
  ROLE_SCHEMAS,
  WarehouseEnv,
} from './config.ts'
import { serveMetrics } from './metrics-listener.ts'
import { ROLE_NAMES, type RoleName, type RoleMeans, type RunningRole } from './role.ts'
import { toSockets } from './sockets.ts'
import { followSupervisor, type Ending } from './supervised.ts'

type Env = NodeJS.ProcessEnv
type Starter = (log: Log, metrics: Metrics, means: RoleMeans) => Promise<RunningRole>

/** How long ending may take before the process leaves regardless. */
const LONGEST_MS = { stop: 9_000, retire: 19_000 } as const

/** Each role's modules are loaded only where it runs: the engine alone is half a gigabyte. */
const STARTERS: Record<RoleName, (env: Env) => Starter> = {
  warehouse:
    (env) =>
    async (...rest) =>
      (await import('./warehouse.ts')).startWarehouse(readConfig(WarehouseEnv, env), ...rest),
  feed:
    (env) =>
    async (...rest) =>
      (await import('./feed.ts')).startFeed(readConfig(FeedEnv, env), ...rest),
  loader:
    (env) =>
    async (...rest) =>
      (await import('./loader.ts')).startLoader(readConfig(LoaderEnv, env), ...rest),
  keeper:
    (env) =>
    async (...rest) =>
      (await import('./keeper.ts')).startKeeper(readConfig(KeeperEnv, env), ...rest),
  dashboards:
    (env) =>
    async (...rest) =>
      (await import('./dashboards.ts')).startDashboards(readConfig(DashboardsEnv, env), ...rest),
  api:
    (env) =>
    async (...rest) =>
      (await import('./api.ts')).startApi(readConfig(ApiEnv, env), ...rest),
}

/**
 * @throws PLATFORM_CONFIG_INVALID naming every key at fault of all the roles at once
 */
export function checkRolesConfig(roles: readonly RoleName[], env: Env): void {
  const shape: Record<string, z.ZodType> = {}
  for (const role of roles) Object.assign(shape, ROLE_SCHEMAS[role].shape)
  readConfig(ProcessEnv.extend(shape), env)
}

/** Returns only when everything has stopped; the exit code tells whether somebody asked for it. */
export async function serve(asked: readonly RoleName[], env: Env): Promise<void> {
  checkRolesConfig(asked, env)
  const processEnv = readConfig(ProcessEnv, env)
  const { CASEHOUSE_LOG_LEVEL: level, CASEHOUSE_FAIL_POINTS_FILE: failPointsFile } = processEnv
  armFailPoints(processEnv.CASEHOUSE_FAIL_POINTS)
  if (failPointsFile !== undefined) followFailPointsFile(failPointsFile)
  const log = createLog({ name: asked.join('+'), level })
  endWithLoggedErrors(log)
  const metrics = createMetrics({ role: asked.join('+') })
  const supervised = followSupervisor({ isSupervised: processEnv.CASEHOUSE_SUPERVISED, metrics })
  const { CASEHOUSE_METRICS_HOST: host, CASEHOUSE_METRICS_PORT: port } = processEnv
  if (port !== undefined) await serveMetrics({ host, port, metrics, log })
  const tracing = await createTracing({ ...toTraceOptions(processEnv), role: asked.join('+'), metrics, log })
  const sockets = toSockets(await supervised.begun, supervised.keepSocket)
  const running: { readonly role: RoleName; readonly instance: RunningRole }[] = []
  const crashed: Promise<never>[] = []
  for (const role of ROLE_NAMES.filter((name) => asked.includes(name))) {
    const instance = await STARTERS[role](env)(createLog({ name: role, level }), metrics, {
      sockets,
      tracing,
    })
    running.push({ role, instance })
    if (instance.ended) crashed.push(instance.ended.then(() => neverUnasked(role, supervised.ending)))
  }
  supervised.ready()
  const how = await Promise.race([supervised.ending, ...crashed])
  const watchdog = setTimeout(() => process.exit(1), LONGEST_MS[how])
  watchdog.unref()
  for (const { instance } of running.toReversed()) await endRole(instance, how)
  await tracing?.close()
  process.exit(0)
}

/** OpenTelemetry's own key names a server, ours the whole address. */
function toTraceOptions(env: ProcessEnv): { readonly url: string | undefined; readonly ratio: number } {
  const { CASEHOUSE_TRACES_URL, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, CASEHOUSE_TRACES_RATIO: ratio } = env
  return { url: CASEHOUSE_TRACES_URL ?? (endpoint && `${endpoint}/v1/traces`), ratio }
}

async function endRole(instance: RunningRole, how: Ending): Promise<void> {
  await (how === 'retire' && instance.retire ? instance.retire() : instance.stop())
}

/** Node itself would print the whole error, with the rows and texts that drivers attach to theirs. */
function endWithLoggedErrors(log: Log): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'process failed')
    process.exit(1)
  })
}

async function neverUnasked(role: RoleName, stopAsked: Promise<unknown>): Promise<never> {
  const wasAsked = await Promise.race([stopAsked.then(() => true), Promise.resolve(false)])
  if (wasAsked) return new Promise<never>(() => undefined)
  throw new Error(`The ${role} ended by itself.`)
}
