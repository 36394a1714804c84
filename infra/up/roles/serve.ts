/** `casehouse serve ROLE…`: some roles in this process, until a signal, the supervisor's word, or the supervisor's end. */
import type { z } from 'zod'
import { armFailPoints, createLog, createMetrics, readConfig, type Metrics } from '#infra/platform/index.ts'
import type { Log } from '#infra/platform/contract.ts'
import { followFailPointsFile } from './fail-points-file.ts'
import { ParentMessage } from '../supervisor/kept-process.ts'
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
import { ROLE_NAMES, type RoleName, type RunningRole } from './role.ts'

type Env = NodeJS.ProcessEnv
type Starter = (log: Log, metrics: Metrics) => Promise<RunningRole>

const LONGEST_STOP_MS = 9_000

/** Each role's modules are loaded only where it runs: the engine alone is half a gigabyte. */
const STARTERS: Record<RoleName, (env: Env) => Starter> = {
  warehouse: (env) => async (log, metrics) =>
    (await import('./warehouse.ts')).startWarehouse(readConfig(WarehouseEnv, env), log, metrics),
  feed: (env) => async (log, metrics) =>
    (await import('./feed.ts')).startFeed(readConfig(FeedEnv, env), log, metrics),
  loader: (env) => async (log, metrics) =>
    (await import('./loader.ts')).startLoader(readConfig(LoaderEnv, env), log, metrics),
  keeper: (env) => async (log, metrics) =>
    (await import('./keeper.ts')).startKeeper(readConfig(KeeperEnv, env), log, metrics),
  dashboards: (env) => async (log, metrics) =>
    (await import('./dashboards.ts')).startDashboards(readConfig(DashboardsEnv, env), log, metrics),
  api: (env) => async (log, metrics) =>
    (await import('./api.ts')).startApi(readConfig(ApiEnv, env), log, metrics),
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
  endWithLoggedErrors(createLog({ name: asked.join('+'), level }))
  const stopAsked = waitForStop()
  const metrics = createMetrics({ role: asked.join('+') })
  const running: { readonly role: RoleName; readonly instance: RunningRole }[] = []
  const crashed: Promise<never>[] = []
  for (const role of ROLE_NAMES.filter((name) => asked.includes(name))) {
    const instance = await STARTERS[role](env)(createLog({ name: role, level }), metrics)
    running.push({ role, instance })
    if (instance.ended) crashed.push(instance.ended.then(() => neverUnasked(role, stopAsked)))
  }
  process.send?.({ kind: 'ready' })
  await Promise.race([stopAsked, ...crashed])
  const watchdog = setTimeout(() => process.exit(1), LONGEST_STOP_MS)
  watchdog.unref()
  for (const { instance } of running.toReversed()) await instance.stop()
  process.exit(0)
}

/** Node itself would print the whole error, with the rows and texts that drivers attach to theirs. */
function endWithLoggedErrors(log: Log): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'process failed')
    process.exit(1)
  })
}

async function neverUnasked(role: RoleName, stopAsked: Promise<void>): Promise<never> {
  const wasAsked = await Promise.race([stopAsked.then(() => true), Promise.resolve(false)])
  if (wasAsked) return new Promise<never>(() => undefined)
  throw new Error(`The ${role} ended by itself.`)
}

function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve())
    process.on('message', (message) => {
      if (ParentMessage.safeParse(message).success) resolve()
    })
    process.on('disconnect', () => resolve())
  })
}
