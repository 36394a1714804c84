// Brings node_modules in line with package-lock.json. A stamp inside node_modules remembers the lockfile it was checked
// against, so the usual start costs one hash.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endWith } from './end-with.mjs'
import { withLock } from './lock.mjs'
import { say } from './say.mjs'

const STAMP = '.casehouse-stamp'

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean, extraneous?: boolean }} LockedPackage */

/** @param {string} root */
export async function ensureDependencies(root) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const hash = createHash('sha256').update(lockText).digest('hex')
  const modules = join(root, 'node_modules')
  if (readText(join(modules, STAMP)) === hash) return
  if (matchesLock(lockText, readText(join(modules, '.package-lock.json')))) return finish(root, hash)
  await withLock(join(root, '.casehouse', 'install.lock'), async () => {
    if (readText(join(modules, STAMP)) === hash) return
    await install(root)
    finish(root, hash)
  })
}

/**
 * Whether what npm says it has installed holds every required package of the lockfile at the locked version.
 * @param {string} lockText package-lock.json
 * @param {string | undefined} installedText node_modules/.package-lock.json, npm's own record
 */
export function matchesLock(lockText, installedText) {
  if (installedText === undefined) return false
  const wanted = packagesOf(lockText)
  const installed = packagesOf(installedText)
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link || entry.extraneous) return true
    const there = installed[path]
    if (!there) return entry.optional === true || entry.devOptional === true
    return there.version === entry.version
  })
}

/**
 * @param {string} text
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(text) {
  try {
    return /** @type {{ packages?: Record<string, LockedPackage> }} */ (JSON.parse(text)).packages ?? {}
  } catch {
    return {}
  }
}

/** @param {string} root */
async function install(root) {
  const startedAt = Date.now()
  say('Installing dependencies (about 1 GB unpacked; only the first time) …')
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: process.env })
  endWith(child)
  let said = ''
  const keep = (/** @type {Buffer} */ chunk) => (said = (said + chunk.toString()).slice(-8_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const progress = showProgress(startedAt)
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      said += String(error)
      resolve(1)
    })
    child.on('close', resolve)
  })
  progress.stop()
  if (code !== 0) throw new Error(describeFailure(said))
  say(`Dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`)
}

/** @param {number} startedAt */
function showProgress(startedAt) {
  const isTerminal = process.stderr.isTTY === true
  const timer = setInterval(
    () => {
      const seconds = Math.round((Date.now() - startedAt) / 1000)
      if (isTerminal) process.stderr.write(`\r  ${seconds} s `)
      else say(`  … still installing after ${seconds} s`)
    },
    isTerminal ? 1_000 : 15_000,
  )
  return {
    stop() {
      clearInterval(timer)
      if (isTerminal) process.stderr.write('\r')
    },
  }
}

/**
 * npm's last words, and what to do about the usual causes.
 * @param {string} said
 */
export function describeFailure(said) {
  // npm says first what is wrong and then how it is used.
  const tail = said.trim().split('\n').slice(0, 12).join('\n')
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|network/i.test(said)) {
    return `could not reach the npm registry.\n${tail}\nConnect once, or set a registry mirror (npm config set registry URL), or copy node_modules from a machine of the same kind; then run the command again. After the first installation nothing more is downloaded.`
  }
  if (/in sync/.test(said)) {
    return `found package.json and package-lock.json at odds.\n${tail}\nTake both from the same commit, or run \`npm install\` if you changed package.json.`
  }
  if (/spawn npm ENOENT/.test(said)) return 'found no npm on the PATH. Install npm 10 or newer and try again.'
  if (/ENOSPC/.test(said)) return `the disk is full.\n${tail}\nFree about 2 GB and run the command again.`
  if (/EACCES|EPERM/.test(said)) {
    return `may not write here.\n${tail}\nGive yourself the checkout (sudo chown -R "$USER" .) and run the command again.`
  }
  return `npm ci failed.\n${tail}\nRemove node_modules and run the command again.`
}

/**
 * @param {string} root
 * @param {string} hash
 */
function finish(root, hash) {
  linkProgram(root)
  try {
    writeFileSync(join(root, 'node_modules', STAMP), hash)
  } catch {
    // A checkout that belongs to someone else works all the same; it is only checked again next time.
  }
}

/**
 * Lets `npx casehouse` find the program at once: npx looks into node_modules/.bin first.
 * @param {string} root
 */
export function linkProgram(root) {
  const link = join(root, 'node_modules', '.bin', 'casehouse')
  if (existsSync(link)) return
  try {
    rmSync(link, { force: true })
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true })
    symlinkSync('../../infra/up/casehouse.mjs', link)
  } catch {
    // Only a convenience.
  }
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
