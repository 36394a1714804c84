// Builds the pages when their sources are others than those of the last build.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { endWith } from './end-with.mjs'
import { withLock } from './lock.mjs'
import { say } from './say.mjs'

const SKIPPED = new Set(['build', 'node_modules', '.svelte-kit', 'README.md', 'test'])
/** What the pages are made of besides their own folder. */
const ALSO = ['api/contract.ts', 'tenants/contract.ts', 'package-lock.json']

/**
 * @param {string} root
 * @param {string} node path of the Node 24 binary
 */
export async function ensureDashboards(root, node) {
  const folder = join(root, 'dashboards')
  if (!existsSync(join(folder, 'vite.config.ts'))) return
  if (isFresh(root)) return
  await withLock(join(root, '.casehouse', 'build.lock'), async () => {
    if (isFresh(root)) return
    const hash = hashSources(root)
    const startedAt = Date.now()
    say('Building the dashboards (only when their sources have changed) …')
    const said = await runVite(root, node)
    if (said !== undefined) throw new Error(`could not build the dashboards.\n${said}`)
    writeFileSync(stampOf(root), hash)
    say(`Dashboards built in ${Math.round((Date.now() - startedAt) / 1000)} s.`)
  })
}

/** @param {string} root */
export function isFresh(root) {
  try {
    return readFileSync(stampOf(root), 'utf8') === hashSources(root)
  } catch {
    return false
  }
}

/** @param {string} root */
const stampOf = (root) => join(root, 'dashboards', 'build', '.casehouse-stamp')

/**
 * One hash over names and bytes of all sources of the pages; tests and built files do not count.
 * @param {string} root
 */
export function hashSources(root) {
  const hash = createHash('sha256')
  for (const path of [...listFiles(root, 'dashboards'), ...ALSO]) {
    if (!existsSync(join(root, path))) continue
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]} paths below root, sorted
 */
function listFiles(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name) && !entry.name.endsWith('.test.ts'))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? listFiles(root, path) : [path]
    })
}

/**
 * @param {string} root
 * @param {string} node
 * @returns {Promise<string | undefined>} the last words of a failed build
 */
function runVite(root, node) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`
  const config = join('dashboards', 'vite.config.ts')
  const child = spawn(node, [vite, 'build', '--config', config, '--logLevel', 'warn'], {
    // SvelteKit's adapter reads package.json from the current directory.
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH, NODE_ENV: 'production' },
  })
  endWith(child)
  let said = ''
  const keep = (/** @type {Buffer} */ chunk) => (said = (said + chunk.toString()).slice(-8_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(String(error)))
    child.on('close', (code) => resolve(code === 0 ? undefined : said.trim()))
  })
}
