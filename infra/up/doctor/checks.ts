/** What `doctor` looks at. Each check answers by itself; none throws. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isFresh } from '../bootstrap/dashboards-build.mjs'
import { findFault } from '../bootstrap/machine.mjs'
import type { DataDir } from '../data-dir/data-dir.ts'
import { ROOT } from '../root.ts'
import { DEFAULT_PORT, tryListening } from '../supervisor/ports.ts'

export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  /** What is, and for `warn` and `fail` what to do. */
  readonly message: string
}

const finding =
  (status: Finding['status']) =>
  (check: string, message: string): Finding => ({ check, status, message })
export const ok = finding('ok')
export const warn = finding('warn')
export const fail = finding('fail')

const GIGABYTE = 1_073_741_824
const LEAST_FREE_GIGABYTES = 1
const ENOUGH_FREE_GIGABYTES = 5

export function checkMachine(): readonly Finding[] {
  const fault = findFault(process)
  const major = Number(process.versions.node.split('.')[0])
  const node = `Node ${process.versions.node} (${process.execPath})`
  return [
    fault === undefined
      ? ok('platform', `${process.platform} ${process.arch}`)
      : fail('platform', `This machine ${fault}`),
    major >= 24 ? ok('node', node) : fail('node', `${node} is too old. Remove node_modules and run npm ci.`),
  ]
}

export async function checkDisk(dataDir: DataDir): Promise<Finding> {
  let folder = dataDir.path
  while (!existsSync(folder)) folder = dirname(folder)
  const { bavail, bsize } = await statfs(folder)
  const free = (bavail * bsize) / GIGABYTE
  const message = `${free.toFixed(1)} GB free at ${folder}`
  if (free < LEAST_FREE_GIGABYTES)
    return fail('disk', `${message}. Free some, or move the data with --data DIR.`)
  if (free < ENOUGH_FREE_GIGABYTES)
    return warn('disk', `${message}. Plan for at least ${ENOUGH_FREE_GIGABYTES} GB.`)
  return ok('disk', message)
}

export function checkDataDir(dataDir: DataDir): readonly Finding[] {
  if (!existsSync(dataDir.path))
    return [ok('data', `${dataDir.path} does not exist yet; the first start makes it`)]
  const found: Finding[] = []
  try {
    accessSync(dataDir.path, constants.R_OK | constants.W_OK | constants.X_OK)
    found.push(ok('data', `${dataDir.path} is readable and writable`))
  } catch {
    found.push(
      fail('data', `${dataDir.path} is not writable for you. Give it to yourself: chown -R "$USER" DIR`),
    )
  }
  const mode = statSync(dataDir.secretsFile, { throwIfNoEntry: false })?.mode
  if (mode !== undefined && (mode & 0o077) !== 0) {
    found.push(
      fail('secrets', `${dataDir.secretsFile} can be read by others. Run: chmod 600 ${dataDir.secretsFile}`),
    )
  }
  return found
}

/** Only with nothing running: otherwise the platform itself holds them. */
export async function checkPorts(): Promise<Finding> {
  const free = await tryListening('127.0.0.1', DEFAULT_PORT)
  return free === undefined
    ? warn('ports', `Port ${DEFAULT_PORT} is taken by another program. Start with --port N.`)
    : ok('ports', `port ${DEFAULT_PORT} is free`)
}

export function checkDashboards(): Finding {
  if (!existsSync(join(ROOT, 'dashboards', 'build', 'handler.js'))) {
    return warn('dashboards', 'The pages are not built. `npm start` builds them, or run npm run build.')
  }
  return isFresh(ROOT)
    ? ok('dashboards', 'the pages are built from these sources')
    : warn('dashboards', 'The pages are older than their sources. Run npm run build, then start again.')
}
