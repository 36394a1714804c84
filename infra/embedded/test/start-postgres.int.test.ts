import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startPostgres, type RunningPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres } from '#infra/platform/index.ts'

const log = createLog({ name: 'test', level: 'silent' })

let folder: string
let dataDir: string
let server: RunningPostgres | undefined
let parent: ChildProcess | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'))
  await chmod(folder, 0o711)
  dataDir = join(folder, 'pg')
})
afterEach(async () => {
  parent?.kill('SIGKILL')
  await server?.stop()
  server = undefined
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function ask(statement: string): Promise<readonly unknown[]> {
  if (server === undefined) throw new Error('not started')
  const postgres = createPostgres({ ...server.connection, maxConnections: 1 })
  try {
    return (await postgres.pool.query(statement)).rows
  } finally {
    await postgres.close()
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A server whose parent is a process of its own. */
async function startInChild(): Promise<number> {
  const program = `
    const { startPostgres } = await import(${JSON.stringify(join(import.meta.dirname, '../index.ts'))})
    const { createLog } = await import(${JSON.stringify(join(import.meta.dirname, '../../platform/index.ts'))})
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: createLog({ name: 'child', level: 'silent' }) })
    console.log(server.pid)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  parent = child
  return Number(
    await new Promise<string>((done) => createInterface({ input: child.stdout }).once('line', done)),
  )
}

it('creates, stops and starts again with what was written, on a socket alone', async () => {
  server = await startPostgres({ dataDir, log })
  await ask('create table kept (a int)')
  await ask('insert into kept values (7)')
  await server.stop()
  server = await startPostgres({ dataDir, log })
  expect(await ask('select a from kept')).toEqual([{ a: 7 }])
  expect(await ask('show listen_addresses')).toEqual([{ listen_addresses: '' }])
  expect(await ask('show data_checksums')).toEqual([{ data_checksums: 'on' }])
  expect(await ask('show fsync')).toEqual([{ fsync: 'on' }])
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)
})

it('refuses a wrong password', async () => {
  server = await startPostgres({ dataDir, log })
  const wrong = createPostgres({ url: server.url.reveal().replace(/:[^:@]+@/, ':wrong@'), maxConnections: 1 })
  await expect(wrong.pool.query('select 1')).rejects.toMatchObject({ code: '28P01' })
  await wrong.close()
})

it('recovers what was committed before a SIGKILL, and starts over its stale pid file', async () => {
  server = await startPostgres({ dataDir, log })
  await ask('create table killed (a int)')
  await ask('insert into killed values (8)')
  process.kill(server.pid, 'SIGKILL')
  await expect(server.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' })
  server = await startPostgres({ dataDir, log })
  expect(await ask('select a from killed')).toEqual([{ a: 8 }])
})

it('is not misled by a pid file that names another living process', async () => {
  server = await startPostgres({ dataDir, log })
  const pidFile = join(dataDir, 'cluster/postmaster.pid')
  const text = await readFile(pidFile, 'utf8')
  await server.stop()
  await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)))
  server = await startPostgres({ dataDir, log })
  expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
})

it('dies with its killed parent', async () => {
  const pid = await startInChild()
  parent?.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false)
})

it('leaves alone a server whose parent lives, and says who that is', async () => {
  await startInChild()
  await expect(startPostgres({ dataDir, log })).rejects.toMatchObject({
    code: 'EMBEDDED_DATA_IN_USE',
    details: { pid: parent?.pid },
  })
})

it('stops an orphan before it starts: never two on one folder', async () => {
  const pid = await startInChild()
  // The parent is gone at once; the new start may come before the watcher has ended the server, or after.
  parent?.kill('SIGKILL')
  await new Promise((done) => parent?.once('exit', done))
  server = await startPostgres({ dataDir, log })
  expect(server.pid).not.toBe(pid)
  expect(isAlive(pid)).toBe(false)
  expect(await ask('select a from kept')).toEqual([{ a: 7 }])
})

it('names both versions when the data is of another one', async () => {
  const versionFile = join(dataDir, 'cluster/PG_VERSION')
  const found = await readFile(versionFile, 'utf8')
  await writeFile(versionFile, '15\n')
  await expect(startPostgres({ dataDir, log })).rejects.toMatchObject({
    code: 'EMBEDDED_VERSION_DIFFERS',
    details: { found: '15', bundled: '18' },
  })
  await writeFile(versionFile, found)
})

it('works in a folder whose path is too long for a socket', async () => {
  const long = join(folder, 'x'.repeat(100))
  server = await startPostgres({ dataDir: long, log })
  expect(server.connection.host.length).toBeLessThan(80)
  expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
})
