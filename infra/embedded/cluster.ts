/** The folder of one embedded Postgres: where its files, its socket and its password are, and how it is created. */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  rename,
  rm,
  statfs,
  symlink,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Secret } from '#infra/platform/index.ts'
import type { Log } from '#infra/platform/contract.ts'
import type { Binaries } from './binaries.ts'
import { dataUnreachable, diskFull, initFailed, passwordMissing, versionDiffers } from './problems.ts'
import { findBlockedParent, type ServerUser } from './server-user.ts'

export const SERVER_USER = 'casehouse'

/** Room for when root's own folders are closed to "nobody". */
const SYSTEM_PARENT = '/var/lib/casehouse'
/** `sun_path` holds 107 bytes on Linux, 103 on macOS; the file is called `.s.PGSQL.5432`. */
const LONGEST_SOCKET_FOLDER = 103 - '/.s.PGSQL.5432.lock'.length
const LEAST_FREE_MEGABYTES = 64

export interface Cluster {
  readonly dataDir: string
  /** PGDATA. */
  readonly folder: string
  readonly socketFolder: string
  readonly logFile: string
  readonly password: Secret
}

interface Place {
  readonly dataDir: string
  readonly user: ServerUser | undefined
  readonly binaries: Binaries
  readonly log: Log
}

/** Finds or creates the database in `dataDir`; nothing runs afterwards. */
export async function prepareCluster(place: Place): Promise<Cluster> {
  const dataDir = resolve(place.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o755 })
  await checkDisk(dataDir)
  // Through the link, when there is one: the server may not pass the folders that lead to it.
  const folder = await followLink(await findClusterFolder({ ...place, dataDir }))
  const password = await readOrCreatePassword(dataDir, await exists(join(folder, 'PG_VERSION')))
  const socketFolder = await prepareSocketFolder(dataDir, place.user)
  const cluster = { dataDir, folder, socketFolder, logFile: join(dataDir, 'postgres.log'), password }
  if (!(await exists(join(folder, 'PG_VERSION')))) await initialise(cluster, place)
  await checkVersion(folder, place.binaries)
  return cluster
}

async function checkDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeMegabytes = Math.floor((bavail * bsize) / 1_048_576)
  if (freeMegabytes < LEAST_FREE_MEGABYTES) throw diskFull({ folder, freeMegabytes })
}

async function findClusterFolder({ dataDir, user, log }: Place): Promise<string> {
  const folder = join(dataDir, 'cluster')
  if (user === undefined || (await exists(folder))) return folder
  const mode = (await lstat(dataDir)).mode & 0o7777
  if ((mode & 0o001) === 0) await chmod(dataDir, mode | 0o001)
  const blockedBy = await findBlockedParent(dataDir, user)
  if (blockedBy === undefined) return folder
  const elsewhere = join(SYSTEM_PARENT, `postgres-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(SYSTEM_PARENT, { recursive: true, mode: 0o711 })
    await symlink(elsewhere, folder)
  } catch (error) {
    throw dataUnreachable({ folder: dataDir, blockedBy }, error)
  }
  log.warn({ folder: dataDir, blocked_by: blockedBy, moved_to: elsewhere }, 'postgres data placed elsewhere')
  return folder
}

/** The password is in `secrets.json`, readable by us alone; written, and on disk, before the database that needs it. */
async function readOrCreatePassword(dataDir: string, hasDatabase: boolean): Promise<Secret> {
  const file = join(dataDir, 'secrets.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text !== undefined) {
    const stored: unknown = JSON.parse(text)
    const known = typeof stored === 'object' && stored !== null && 'postgresPassword' in stored
    if (known && typeof stored.postgresPassword === 'string') return new Secret(stored.postgresPassword)
  }
  if (hasDatabase) throw passwordMissing({ folder: dataDir })
  const password = randomBytes(24).toString('base64url')
  const handle = await open(`${file}.new`, 'w', 0o600)
  await handle.writeFile(JSON.stringify({ postgresPassword: password }))
  await handle.sync()
  await handle.close()
  await rename(`${file}.new`, file)
  return new Secret(password)
}

async function prepareSocketFolder(dataDir: string, user: ServerUser | undefined): Promise<string> {
  const wanted = join(dataDir, 'socket')
  const tooLong = Buffer.byteLength(wanted) > LONGEST_SOCKET_FOLDER
  const closed = user !== undefined && (await findBlockedParent(dataDir, user)) !== undefined
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const folder = tooLong || closed ? join(tmpdir(), `casehouse-${hash}`) : wanted
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const owner = await lstat(folder)
  // In a shared folder someone else may have been first: only a real folder of ours, or the server's, will do.
  const ours = owner.isDirectory() && [process.getuid?.(), user?.uid].includes(owner.uid)
  if (!ours) throw dataUnreachable({ folder: dataDir, blockedBy: folder })
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  return folder
}

async function initialise(cluster: Cluster, { binaries, user, log }: Place): Promise<void> {
  const startedAt = performance.now()
  // Made beside its place and then renamed, so that a killed start leaves nothing half made under the real name.
  const partial = `${cluster.folder}.new`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { mode: 0o700 })
  const passwordFile = join(cluster.socketFolder, 'password.new')
  await rm(passwordFile, { force: true })
  const handle = await open(passwordFile, 'wx', 0o600)
  await handle.writeFile(cluster.password.reveal())
  await handle.close()
  if (user !== undefined) {
    await chown(partial, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  const args = [
    '-D',
    partial,
    '-U',
    SERVER_USER,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--data-checksums',
  ]
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  try {
    const { exit, output } = await runToEnd(binaries.initdb, [...args, ...locale], binaries, user)
    if (exit !== '0') throw initFailed({ folder: cluster.folder, exit, output: output.slice(-1_000) })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(partial, cluster.folder)
  log.info(
    { folder: cluster.folder, duration_ms: Math.round(performance.now() - startedAt) },
    'postgres initialised',
  )
}

async function followLink(folder: string): Promise<string> {
  return readlink(folder).then(
    (target) => resolve(dirname(folder), target),
    () => folder,
  )
}

async function checkVersion(folder: string, binaries: Binaries): Promise<void> {
  const found = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
  const bundled = binaries.packageVersion.split('.')[0] ?? ''
  if (found !== bundled) throw versionDiffers({ folder, found, bundled })
}

/** Environment of the bundled programs: their own libraries, nothing of ours. */
export function serverEnvironment(binaries: Binaries): NodeJS.ProcessEnv {
  return { LD_LIBRARY_PATH: binaries.libraryFolder, LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }
}

/** Runs a bundled program and gathers what it says. */
export async function runToEnd(
  program: string,
  args: readonly string[],
  binaries: Binaries,
  user: ServerUser | undefined,
): Promise<{ readonly exit: string; readonly output: string }> {
  const child = spawn(program, args, {
    cwd: '/',
    env: serverEnvironment(binaries),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  let output = ''
  const gather = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', gather)
  child.stderr.on('data', gather)
  const exit = await new Promise<string>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => done(String(code ?? signal)))
  })
  return { exit, output }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
