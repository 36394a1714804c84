/** `casehouse up`: the whole platform on one machine, from nothing to "ready", until it is told to stop. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '#infra/platform/index.ts'
import { readHealth } from '../caller/find-platform.ts'
import type { GlobalOptions, UpOptions } from '../cli/options.ts'
import { prepareDataDir, type DataDir } from '../data-dir/data-dir.ts'
import { takeLock } from '../data-dir/lock.ts'
import { ensureSecrets } from '../data-dir/secrets.ts'
import { readState, removePlatformFile, writePlatformFile, writeState } from '../data-dir/state.ts'
import { healthLate, stopped } from '../problems.ts'
import { toBanner, toExposure, type UpResult } from './banner.ts'
import { loadDemoApart } from './demo-process.ts'
import { ADMIN_EMAIL, ensureAdmin } from './first-start.ts'
import { createPlatform, type Platform, type RunningPlatform } from './platform.ts'
import { startControl, type Control } from './control.ts'
import { choosePorts, tryListening, type Ports } from './ports.ts'
import { toLocalUrl } from './role-environment.ts'
import { createStopSignals } from './stop-signals.ts'

const HEALTH_TIMEOUT_MS = 180_000
const HEALTH_POLL_MS = 100
const DEMO_DOMAIN = 'demo'

interface Launch {
  readonly dataDir: DataDir
  readonly ports: Ports
  readonly url: string
  readonly instanceId: string
  readonly controlUrl: string
  readonly options: UpOptions
  readonly env: NodeJS.ProcessEnv
  readonly tell: (line: string) => void
  readonly signal: AbortSignal
}

/** Returns when everything has stopped. */
export async function runUp(
  global: GlobalOptions,
  options: UpOptions,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const startedAt = performance.now()
  const tell = (line: string): void => {
    ;(global.json ? process.stderr : process.stdout).write(`${line}\n`)
  }
  const dataDir = prepareDataDir(global.data)
  const releaseLock = takeLock(dataDir, 'up')
  const signals = createStopSignals(process, () => performance.now())
  let platform: Platform | undefined
  let control: Control | undefined
  try {
    const ports = await choosePorts(options, tryListening)
    const secrets = ensureSecrets(dataDir, () => randomBytes(32).toString('base64url'))
    const url = toLocalUrl(options.host, ports.api)
    const instanceId = randomUUID()
    const { signal } = signals
    const log = createLog({ name: 'up', level: 'warn' })
    const { host, dashboards: withDashboards } = options
    control = await startControl(
      { token: secrets.operatorToken, log },
      {
        metrics: async () => platform?.metrics() ?? '',
        restart: async (roles) => platform?.restart(roles) ?? [],
      },
    )
    const controlUrl = control.url
    const place = { dataDir, secrets, ports, host, instanceId, controlUrl }
    platform = createPlatform({ ...place, withDashboards, env, log, tell })
    const launch: Launch = { dataDir, ports, url, instanceId, controlUrl, options, env, tell, signal }
    signals.onSecond(() => {
      platform?.kill()
      process.exit(1)
    })
    tell(`Starting casehouse on ${dataDir.path} …`)
    const exposure = toExposure(host, env.CASEHOUSE_PUBLIC_URL)
    if (exposure !== undefined) tell(exposure)
    const result = await untilAborted(bringUp(launch, platform, startedAt), signal)
    process.stdout.write(global.json ? `${JSON.stringify(result)}\n` : toBanner(result))
    writeState(dataDir, { ...readState(dataDir, () => new Date()), admin: 'shown' })
    await untilAborted(new Promise<never>(() => undefined), signal).catch(() => undefined)
  } catch (error) {
    if (!signals.signal.aborted) throw error
  } finally {
    control?.close()
    if (platform) await stopPlatform(platform, dataDir, tell)
    signals.close()
    releaseLock()
  }
}

async function bringUp(launch: Launch, platform: Platform, startedAt: number): Promise<UpResult> {
  const { dataDir, ports, url, instanceId } = launch
  const keepAlive = setInterval(() => undefined, 60_000)
  launch.signal.addEventListener('abort', () => clearInterval(keepAlive), { once: true })
  const running = await platform.start()
  await waitUntilHealthy(url, launch.signal)
  writePlatformFile(dataDir, {
    url,
    pid: process.pid,
    instance_id: instanceId,
    started_at: new Date().toISOString(),
    engine_url: `http://127.0.0.1:${ports.engine}`,
    control_url: launch.controlUrl,
    database_url: running.isPostgresEmbedded ? running.databaseUrl.reveal() : null,
  })
  const password = await firstAdmin(launch, running)
  const hasDemo = await firstDemo(launch)
  return {
    url,
    email: password === undefined ? null : ADMIN_EMAIL,
    password: password ?? null,
    engine_url: `http://127.0.0.1:${ports.engine}`,
    engine_reader: 'reader',
    secrets_file: dataDir.secretsFile,
    demo: hasDemo,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  }
}

async function firstAdmin(
  { dataDir }: Launch,
  { databaseUrl }: RunningPlatform,
): Promise<string | undefined> {
  const state = readState(dataDir, () => new Date())
  if (state.admin === 'shown') return undefined
  const password = await ensureAdmin(databaseUrl, state.admin === 'unshown')
  writeState(dataDir, { ...state, admin: password === undefined ? 'shown' : 'unshown' })
  return password
}

/** A demo that fails is no reason not to serve: it says how to go on. */
async function firstDemo({ dataDir, options, env, tell, signal }: Launch): Promise<boolean> {
  const state = readState(dataDir, () => new Date())
  if (state.demo_loaded || !options.demo) return state.demo_loaded
  const isDone = await loadDemoApart({ dataDir, env, signal })
  if (!isDone && !signal.aborted) {
    tell(`The project space ${DEMO_DOMAIN} was not filled. Try again with: casehouse demo load`)
  }
  return isDone
}

async function waitUntilHealthy(url: string, signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + HEALTH_TIMEOUT_MS
  let missing = 'an answer of the api'
  while (performance.now() < endsAt) {
    if (signal.aborted) throw stopped({})
    const health = await readHealth(url)
    if (health?.status === 200) return
    if (Array.isArray(health?.body.missing)) missing = health.body.missing.join(', ')
    await sleep(HEALTH_POLL_MS)
  }
  throw healthLate({ seconds: HEALTH_TIMEOUT_MS / 1_000, missing })
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw stopped({})
  work.catch(() => undefined)
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(stopped({})), { once: true })
  })
  return Promise.race([work, aborted])
}

async function stopPlatform(
  platform: Platform,
  dataDir: DataDir,
  tell: (line: string) => void,
): Promise<void> {
  const startedAt = performance.now()
  tell('Stopping …')
  removePlatformFile(dataDir)
  await platform.stop()
  tell(`Stopped in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`)
}
