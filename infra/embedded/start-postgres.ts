/** Starts the bundled Postgres on a folder, as a child that dies with us. Not for a Postgres that someone else runs. */
import { spawn, type ChildProcess } from 'node:child_process'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { Problem, Secret } from '#infra/platform/index.ts'
import type { Log } from '#infra/platform/contract.ts'
import { findBinaries } from './binaries.ts'
import { prepareCluster, SERVER_USER, serverEnvironment, type Cluster } from './cluster.ts'
import { dataInUse, diskFull, startFailed } from './problems.ts'
import { disownStalePidFile, findRunningServer, isAlive, stopServer } from './running.ts'
import { findServerUser, type ServerUser } from './server-user.ts'
import { toServerArguments, type ServerSettings } from './settings.ts'
import { watchParent } from './watch-parent.ts'

export interface StartPostgresOptions {
  /** Made when missing. Holds `cluster/`, `socket/`, `secrets.json` (0600), `postgres.log`. */
  readonly dataDir: string
  readonly log: Log
  /** Settings of `postgresql.conf`, over ours. */
  readonly settings?: ServerSettings | undefined
}

export interface ServerExit {
  readonly code: number | null
  readonly signal: string | null
}

/** What `createPostgres` takes. */
export interface PostgresConnection {
  /** Folder of the Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Secret
  readonly database: string
}

export interface RunningPostgres {
  readonly connection: PostgresConnection
  /** The same as `postgres://…`, password included. */
  readonly url: Secret
  readonly pid: number
  /** Settles when the server ends, whoever ended it. */
  readonly exited: Promise<ServerExit>
  /** Fast shutdown: sessions are ended, everything is on disk when it returns. */
  stop(): Promise<void>
}

const DATABASE = 'casehouse'
const PORT = 5432
const LARGEST_LOG_BYTES = 10_000_000
/** Recovery after a crash replays at most `max_wal_size`; a slow disk needs minutes for it. */
const START_TIMEOUT_MS = 300_000
const LEFTOVER_TIMEOUT_MS = 15_000

/**
 * Starts, or first creates, the database `casehouse` in `dataDir`: Unix socket only, scram password.
 * A server that outlived its killed parent is stopped first; one whose parent lives is left alone.
 * @throws EMBEDDED_DATA_IN_USE, EMBEDDED_DATA_UNREACHABLE, EMBEDDED_DISK_FULL, EMBEDDED_VERSION_DIFFERS, EMBEDDED_START_FAILED
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const { dataDir, log } = options
  const startedAt = performance.now()
  const user = findServerUser()
  const binaries = await findBinaries(user)
  const cluster = await prepareCluster({ dataDir, user, binaries, log })
  await stopOrphan(cluster, log)
  await writeFile(ownerFile(cluster), String(process.pid))
  const args = await toServerArguments(cluster, binaries, user, options.settings ?? {})
  const spawnOne = (): Promise<ChildProcess> =>
    spawnServer(binaries.postgres, args, serverEnvironment(binaries), cluster, user)
  const { child, exited } = await startUntilReady(cluster, spawnOne)
  const unwatch = watchParent(child.pid ?? 0, cluster.folder)
  await ensureDatabase(cluster)
  log.info({ pid: child.pid, duration_ms: Math.round(performance.now() - startedAt) }, 'postgres started')
  return {
    connection: toConnection(cluster, DATABASE),
    url: toUrl(cluster),
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        await stopServer(child.pid)
      await exited
      unwatch()
      await rm(ownerFile(cluster), { force: true })
    },
  }
}

interface Started {
  readonly child: ChildProcess
  readonly exited: Promise<ServerExit>
}

/** Sessions of a killed server need a moment to notice; until they are gone Postgres refuses their shared memory. */
async function startUntilReady(cluster: Cluster, spawnOne: () => Promise<ChildProcess>): Promise<Started> {
  const endsAt = performance.now() + LEFTOVER_TIMEOUT_MS
  for (;;) {
    const child = await spawnOne()
    const exited = new Promise<ServerExit>((done) =>
      child.once('exit', (code, signal) => done({ code, signal })),
    )
    try {
      await waitUntilReady(cluster, child, exited)
      return { child, exited }
    } catch (error) {
      const output = error instanceof Problem ? String(error.details['output']) : ''
      if (!output.includes('pre-existing shared memory block') || performance.now() > endsAt) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

const ownerFile = (cluster: Cluster): string => join(cluster.dataDir, 'owner.pid')

/** Two servers on one folder would destroy it. */
async function stopOrphan(cluster: Cluster, log: Log): Promise<void> {
  const pid = await findRunningServer(cluster.folder)
  if (pid === undefined) {
    await disownStalePidFile(cluster.folder)
    return
  }
  const owner = Number(await readFile(ownerFile(cluster), 'utf8').catch(() => '0'))
  if (owner > 1 && isAlive(owner)) throw dataInUse({ folder: cluster.dataDir, pid: owner })
  log.warn({ pid }, 'postgres without a parent found, stopping it')
  await stopServer(pid)
}

async function spawnServer(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cluster: Cluster,
  user: ServerUser | undefined,
): Promise<ChildProcess> {
  const size = await stat(cluster.logFile).then(
    (found) => found.size,
    () => 0,
  )
  if (size > LARGEST_LOG_BYTES) await rename(cluster.logFile, `${cluster.logFile}.1`)
  const logHandle = await open(cluster.logFile, 'a', 0o600)
  // In a session of its own, so that Ctrl-C ends it when its users are done and not together with them.
  const child = spawn(program, args, {
    cwd: '/',
    env,
    detached: true,
    stdio: ['ignore', logHandle.fd, logHandle.fd],
    ...user,
  })
  await new Promise<void>((done, fail) => child.once('spawn', done).once('error', fail))
  await logHandle.close()
  return child
}

async function waitUntilReady(
  cluster: Cluster,
  child: ChildProcess,
  exited: Promise<ServerExit>,
): Promise<void> {
  let exit: ServerExit | undefined
  void exited.then((found) => (exit = found))
  const endsAt = performance.now() + START_TIMEOUT_MS
  while (performance.now() < endsAt) {
    if (exit !== undefined) throw await toStartProblem(cluster, String(exit.code ?? exit.signal))
    if (await answers(cluster)) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  if (child.pid !== undefined) await stopServer(child.pid, { fastTimeoutMs: 5_000 })
  throw await toStartProblem(cluster, `not ready after ${START_TIMEOUT_MS / 1_000} s`)
}

async function toStartProblem(cluster: Cluster, exit: string): Promise<Problem> {
  const words = await readFile(cluster.logFile, 'utf8').catch(() => '')
  const output = words.trimEnd().split('\n').slice(-4).join(' | ').slice(-1_000)
  if (/No space left on device/.test(output)) return diskFull({ folder: cluster.dataDir, freeMegabytes: 0 })
  return startFailed({ folder: cluster.dataDir, exit, output })
}

async function withClient<T>(
  cluster: Cluster,
  database: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { password, ...place } = toConnection(cluster, database)
  const client = new Client({ ...place, password: password.reveal(), connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function answers(cluster: Cluster): Promise<boolean> {
  return withClient(cluster, 'postgres', (client) => client.query('select 1')).then(
    () => true,
    (error: unknown) => {
      // A wrong password will not become right by waiting.
      if (error instanceof DatabaseError && error.code?.startsWith('28') === true) throw error
      return false
    },
  )
}

async function ensureDatabase(cluster: Cluster): Promise<void> {
  await withClient(cluster, 'postgres', async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  })
}

function toConnection(cluster: Cluster, database: string): PostgresConnection {
  return { host: cluster.socketFolder, port: PORT, user: SERVER_USER, password: cluster.password, database }
}

function toUrl(cluster: Cluster): Secret {
  const password = encodeURIComponent(cluster.password.reveal())
  const folder = encodeURIComponent(cluster.socketFolder)
  return new Secret(`postgres://${SERVER_USER}:${password}@${folder}:${PORT}/${DATABASE}`)
}
