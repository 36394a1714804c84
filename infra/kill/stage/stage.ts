/** The platform as people start it (`casehouse up`), with what the suite needs beside it: a door, a disk, a broker. */
import { spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { createHttpCaller } from '../../up/caller/http-caller.ts'
import type { ApiCaller } from '../../up/caller/caller.ts'
import { platformNotUp } from '../problems.ts'
import { mountOwnDisk, unmountOwnDisk } from './disk.ts'
import { findFreePort, openProxy, type Proxy } from './proxy.ts'
import type { StagedBroker } from './broker.ts'

const PROGRAM = join(import.meta.dirname, '../../up/casehouse.mjs')
const START_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 30_000

const PlatformFile = z.object({
  url: z.string(),
  pid: z.number(),
  engine_url: z.string(),
  database_url: z.string(),
})
const SecretsFile = z.object({ operator_token: z.string(), engine_owner_password: z.string() })

export interface Stage {
  /** Root of what is kept when the run fails: `data/`, `points/`, `up.log`. */
  readonly folder: string
  readonly data: string
  readonly hasOwnDisk: boolean
  readonly url: string
  readonly engineUrl: string
  readonly databaseUrl: string
  readonly operatorToken: string
  readonly ownerPassword: string
  readonly supervisor: number
  readonly proxy: Proxy
  readonly broker: StagedBroker | undefined
  /** As the operator. */
  readonly caller: ApiCaller
  pointsFile(role: string): string
  /** Exit code of `up` when it has ended by itself. */
  ended(): number | null | undefined
  /** @returns the exit code of `up`; 0 is as it should be. */
  stop(): Promise<number | null>
  /** Removes everything. */
  remove(): void
}

export interface StageAsked {
  readonly broker: StagedBroker | undefined
  /** Without it, nothing is mounted. */
  readonly wantsOwnDisk: boolean
  readonly env: NodeJS.ProcessEnv
}

/** @throws KILL_PLATFORM_NOT_UP */
export async function openStage({ broker, wantsOwnDisk, env }: StageAsked): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'casehouse-kill-'))
  const [data, points] = [join(folder, 'data'), join(folder, 'points')]
  mkdirSync(data, { mode: 0o711 })
  mkdirSync(points, { mode: 0o700 })
  // Postgres runs as another user where we are root.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711)
  const hasOwnDisk = wantsOwnDisk && mountOwnDisk(data)
  const enginePort = await findFreePort()
  const proxy = await openProxy(enginePort)
  const own = {
    CASEHOUSE_FAIL_POINTS_DIR: points,
    CASEHOUSE_ARCHIVE_AFTER_MINUTES: '0',
    CASEHOUSE_ENGINE_URL: `http://127.0.0.1:${proxy.port}`,
    ...(broker === undefined
      ? {}
      : { KAFKA_BROKERS: broker.address, KAFKA_TOPIC_PREFIX: `kill-${process.pid}.` }),
  }
  const flags = ['--json', '--no-demo', '--no-dashboards', '--port', '0', '--engine-port', String(enginePort)]
  const child = spawn(process.execPath, [PROGRAM, 'up', ...flags, '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...own },
  })
  const upLog = join(folder, 'up.log')
  child.stderr.on('data', (chunk: Buffer) => appendFileSync(upLog, chunk))
  await untilReady(child, upLog)
  const platform = PlatformFile.parse(readJson(join(data, 'platform.json')))
  const secrets = SecretsFile.parse(readJson(join(data, 'secrets.json')))
  const caller = createHttpCaller({ url: platform.url, authorization: `Bearer ${secrets.operator_token}` })
  return {
    folder,
    data,
    hasOwnDisk,
    url: platform.url,
    engineUrl: platform.engine_url,
    databaseUrl: platform.database_url,
    operatorToken: secrets.operator_token,
    ownerPassword: secrets.engine_owner_password,
    supervisor: platform.pid,
    proxy,
    broker,
    caller,
    pointsFile: (role) => join(points, role),
    ended: () => (child.exitCode === null && child.signalCode === null ? undefined : child.exitCode),
    async stop() {
      await caller.close()
      const code = await end(child)
      await proxy.close()
      return code
    },
    remove() {
      if (hasOwnDisk) unmountOwnDisk(data)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

function untilReady(child: ChildProcess, upLog: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      child.kill('SIGKILL')
      reject(platformNotUp({ said: readFileSync(upLog, 'utf8').slice(-2_000) }))
    }
    const timer = setTimeout(fail, START_TIMEOUT_MS)
    child.once('exit', fail)
    child.stdout?.once('data', () => {
      clearTimeout(timer)
      child.off('exit', fail)
      resolve()
    })
  })
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  const code = await exited
  clearTimeout(timer)
  return code
}
