import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '#infra/platform/index.ts'
import { prepareDataDir, toDataDir } from '../data-dir/data-dir.ts'
import { findLiveHolder, takeLock } from '../data-dir/lock.ts'
import { ensureSecrets } from '../data-dir/secrets.ts'
import { readState, writeState } from '../data-dir/state.ts'
import { checkRolesConfig } from '../roles/serve.ts'
import { createBackoff } from './backoff.ts'
import { choosePorts, tryListening, type TryPort } from './ports.ts'
import { toLocalUrl, toRoleEnvironment } from './role-environment.ts'
import { createRotatingLog } from './rotating-log.ts'
import { createStopSignals } from './stop-signals.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casehouse up-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('waits double up to 30 s, and a long life starts them again', () => {
  const backoff = createBackoff()
  expect([1, 2, 3, 4, 5, 6, 7].map(() => backoff.next(10))).toEqual([1e3, 2e3, 4e3, 8e3, 16e3, 30e3, 30e3])
  expect(backoff.next(14_000)).toBe(30_000)
  expect(backoff.next(16_000)).toBe(1_000)
})

describe('choosePorts', () => {
  const wishes = { host: '127.0.0.1', port: undefined, enginePort: undefined, dashboardsPort: undefined }
  const except =
    (...taken: number[]): TryPort =>
    async (_host, port) =>
      taken.includes(port) ? undefined : port

  test('takes three in a row, and steps over taken inner ones', async () => {
    expect(await choosePorts(wishes, except())).toEqual({ api: 8400, engine: 8401, dashboards: 8402 })
    expect(await choosePorts(wishes, except(8401, 8402))).toEqual({
      api: 8400,
      engine: 8403,
      dashboards: 8404,
    })
  })
  test.each([
    [{}, 8400, '--port'],
    [{ port: 9000 }, 9000, '--port'],
    [{ enginePort: 9001 }, 9001, '--engine-port'],
    [{ dashboardsPort: 9002 }, 9002, '--dashboards-port'],
  ])('%j taken names port and flag', async (change, port, flag) => {
    const error: unknown = await choosePorts({ ...wishes, ...change }, except(port)).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'UP_PORT_TAKEN', details: { port, flag } })
  })
  test('sees what really listens', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      }),
    )
    expect(await tryListening('127.0.0.1', port)).toBeUndefined()
    await new Promise((resolve) => server.close(resolve))
    expect(await tryListening('127.0.0.1', port)).toBe(port)
    await expect(tryListening('203.0.113.9', 0)).rejects.toMatchObject({ code: 'UP_HOST_UNUSABLE' })
  })
})

describe('the data directory', () => {
  test('has one owner; a dead one is replaced', () => {
    const dataDir = prepareDataDir(folder)
    const release = takeLock(dataDir, 'up')
    expect(findLiveHolder(dataDir)).toMatchObject({ pid: process.pid, purpose: 'up' })
    expect(() => takeLock(dataDir, 'command')).toThrow(expect.objectContaining({ code: 'UP_DATA_IN_USE' }))
    release()
    const dead = { pid: 999_999_999, purpose: 'up', process_started: null }
    writeFileSync(dataDir.lockFile, JSON.stringify(dead))
    expect(findLiveHolder(dataDir)).toBeUndefined()
    takeLock(dataDir, 'command')()
  })
  test('a pid that was given to another process holds nothing', () => {
    const dataDir = prepareDataDir(folder)
    writeFileSync(dataDir.lockFile, JSON.stringify({ pid: process.pid, purpose: 'up', process_started: '1' }))
    expect(findLiveHolder(dataDir)).toBeUndefined()
  })
  test('secrets are made once, for our eyes only', () => {
    const dataDir = prepareDataDir(folder)
    const first = ensureSecrets(dataDir, () => 'x'.repeat(43))
    const second = ensureSecrets(dataDir, () => 'y'.repeat(43))
    expect(second.operatorToken.reveal()).toBe(first.operatorToken.reveal())
    expect(statSync(dataDir.secretsFile).mode & 0o777).toBe(0o600)
  })
  test('state is remembered, and a torn file is told instead of forgotten', () => {
    const dataDir = prepareDataDir(folder)
    const now = () => new Date('2026-01-02T03:04:05Z')
    const state = { ...readState(dataDir, now), demo_loaded: true }
    writeState(dataDir, state)
    expect(readState(dataDir, now)).toEqual(state)
    writeFileSync(dataDir.stateFile, '{')
    expect(() => readState(dataDir, now)).toThrow(
      expect.objectContaining({ code: 'UP_DATA_FILE_UNREADABLE' }),
    )
  })
})

test('a log stays below twice its size, and keeps its last lines', () => {
  const log = createRotatingLog(join(folder, 'api.log'), 100)
  for (let line = 0; line < 30; line += 1) log.write(`line ${line}\n`)
  expect(statSync(log.file).size).toBeLessThanOrEqual(100)
  expect(statSync(`${log.file}.1`).size).toBeLessThanOrEqual(100)
  expect(log.tail(2)).toBe('line 28\nline 29')
  expect(readFileSync(log.file, 'utf8')).toContain('line 29')
})

test.skipIf(process.platform !== 'linux')('a full disk does not end who writes the log', () => {
  const log = createRotatingLog('/dev/full', 100)
  log.write('the last words\n')
  expect(log.tail(1)).toBe('the last words')
})

test('one Ctrl-C may arrive three times; only a later one forces', () => {
  const source = new EventEmitter()
  let nowMs = 0
  let forced = 0
  // Only its events are used; a child's channel may be missing.
  const signals = createStopSignals(source as NodeJS.Process, () => nowMs)
  signals.onSecond(() => (forced += 1))
  for (const atMs of [0, 5, 300]) {
    nowMs = atMs
    source.emit('SIGINT')
  }
  expect(signals.signal.aborted).toBe(true)
  expect(forced).toBe(0)
  nowMs = 2_000
  source.emit('SIGINT')
  expect(forced).toBe(1)
})

describe('roles', () => {
  const options = {
    dataDir: toDataDir('/d'),
    secrets: {
      operatorToken: new Secret('operator-token-'.padEnd(40, 'x')),
      engineOwnerPassword: new Secret('owner-password-'.padEnd(40, 'x')),
      engineReaderPassword: new Secret('reader-password-'.padEnd(40, 'x')),
    },
    ports: { api: 1, engine: 2, dashboards: 3 },
    host: '0.0.0.0',
    instanceId: 'instance-1',
    withDashboards: true,
    env: { PATH: '/bin', AWS_SECRET_ACCESS_KEY: 'not ours' },
    databaseUrl: new Secret('postgres://u:p@%2Fsocket:5432/casehouse'),
    controlUrl: 'http://127.0.0.1:4',
  }

  test('each gets all that it reads, and nobody else’s secrets', () => {
    for (const role of ['api', 'loader', 'keeper', 'dashboards', 'warehouse'] as const) {
      const env = toRoleEnvironment(role, options)
      expect(() => checkRolesConfig([role], env)).not.toThrow()
      expect(env).not.toHaveProperty('AWS_SECRET_ACCESS_KEY')
    }
    const said = JSON.stringify(toRoleEnvironment('dashboards', options))
    expect(said).not.toContain('xxxx')
    expect(JSON.stringify(toRoleEnvironment('api', options))).not.toContain('owner-password')
    expect(JSON.stringify(toRoleEnvironment('loader', options))).not.toContain('operator-token')
  })
  test('the relay and the loader alone are told of Kafka', () => {
    const env = { ...options.env, KAFKA_BROKERS: 'one:9092,two:9092', KAFKA_PASSWORD: 'kafka-password' }
    for (const role of ['feed', 'loader'] as const) {
      const told = toRoleEnvironment(role, { ...options, env })
      expect(() => checkRolesConfig([role], told)).not.toThrow()
      expect(told).toMatchObject({ KAFKA_BROKERS: 'one:9092,two:9092' })
    }
    expect(JSON.stringify(toRoleEnvironment('api', { ...options, env }))).not.toContain('kafka')
    expect(() => checkRolesConfig(['feed'], { DATABASE_URL: 'postgres://x', KAFKA_BROKERS: 'one' })).toThrow(
      /KAFKA_BROKERS/,
    )
  })
  test('only who starts the platform for a kill test gives its processes a file of fail points, and a way around to the engine', () => {
    expect(JSON.stringify(toRoleEnvironment('loader', options))).not.toContain('FAIL_POINTS')
    const env = {
      ...options.env,
      CASEHOUSE_FAIL_POINTS_DIR: '/tmp/x',
      CASEHOUSE_ENGINE_URL: 'http://127.0.0.1:9',
    }
    expect(toRoleEnvironment('loader', { ...options, env })).toMatchObject({
      CASEHOUSE_FAIL_POINTS_FILE: '/tmp/x/loader',
      CLICKHOUSE_URL: 'http://127.0.0.1:9',
    })
  })
  test('all faults of all roles are told at once', () => {
    expect(() => checkRolesConfig(['api', 'warehouse'], { CASEHOUSE_PORT: 'x' })).toThrow(
      /DATABASE_URL[\s\S]*CASEHOUSE_PORT[\s\S]*CASEHOUSE_ENGINE_DATA/,
    )
  })
  test('an address of the network is reached by loopback', () => {
    expect(toLocalUrl('0.0.0.0', 8400)).toBe('http://127.0.0.1:8400')
    expect(toLocalUrl('::1', 8400)).toBe('http://[::1]:8400')
    expect(toLocalUrl('10.0.0.5', 8400)).toBe('http://10.0.0.5:8400')
  })
})
