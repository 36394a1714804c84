// Hands over to Node 24, which comes as the npm package `node`.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

const NEWEST_ENOUGH = 24
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * The Node 24 binary: the package's own, the one of its architecture package (where install scripts were off), or ours.
 * @param {string} root
 * @param {{ platform: string, arch: string, versions: { node: string }, execPath: string }} host
 * @returns {string}
 * @throws Error when there is none
 */
export function findNodeBinary(root, host) {
  const arch = `node-${host.platform}-${host.arch}`
  const packaged = join(root, 'node_modules', 'node')
  const candidates = [
    join(packaged, 'bin', 'node'),
    join(packaged, 'node_modules', arch, 'bin', 'node'),
    join(root, 'node_modules', arch, 'bin', 'node'),
  ]
  const found = candidates.find(isRunnable)
  if (found) return found
  if (Number(host.versions.node.split('.')[0]) >= NEWEST_ENOUGH) return host.execPath
  throw new Error(
    `found no Node ${NEWEST_ENOUGH} in ${packaged}: npm was kept from running install scripts. Run \`npm rebuild node --ignore-scripts=false\`, or use a system Node ${NEWEST_ENOUGH}.`,
  )
}

/** @param {string} path */
function isRunnable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Runs main.ts with our own streams and ends as it ends. The IPC channel tells it when we are gone.
 * @param {{ node: string, root: string, args: readonly string[] }} options
 */
export async function runMain({ node, root, args }) {
  const main = join(root, 'infra', 'up', 'main.ts')
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: process.env,
  })
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal))
  const { code, signal } =
    await /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */ (
      new Promise((resolve, reject) => {
        child.on('error', reject)
        child.on('exit', (code, signal) => resolve({ code, signal }))
      })
    )
  if (signal === null) process.exit(code ?? 1)
  for (const name of FORWARDED) process.removeAllListeners(name)
  process.kill(process.pid, signal)
}
