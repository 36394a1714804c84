/** The whole platform as an operator has it: the program itself, real processes, real signals. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const PROGRAM = join(import.meta.dirname, '../up/casehouse.mjs')
const START_TIMEOUT_MS = 150_000

/** A space in the path, on purpose. */
const root = mkdtempSync(join(tmpdir(), 'casehouse e2e-'))
const data = join(root, 'data')
// As root, Postgres runs as another user, who must be able to pass through.
chmodSync(root, 0o711)

const UpResult = z.object({
  url: z.string(),
  email: z.string().nullable(),
  password: z.string().nullable(),
  seconds: z.number(),
})

interface Running {
  readonly child: ChildProcess
  readonly result: z.infer<typeof UpResult>
  readonly said: () => string
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>
}

const started: ChildProcess[] = []

async function startUp(): Promise<Running> {
  const args = [PROGRAM, 'up', '--json', '--no-demo', '--no-dashboards', '--port', '0', '--data', data]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let isOver = false
  void exited.then(() => (isOver = true))
  await until(() => stdout.includes('\n') || isOver, START_TIMEOUT_MS)
  if (isOver) throw new Error(`up ended before it was ready:\n${stderr}`)
  return { child, result: UpResult.parse(JSON.parse(stdout)), said: () => stderr, exited }
}

async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const endsAt = performance.now() + timeoutMs
  while (performance.now() < endsAt) {
    if (await condition()) return
    await sleep(100)
  }
  throw new Error(`Not reached within ${timeoutMs} ms.`)
}

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function casehouse(...words: string[]): Promise<Said> {
  try {
    const done = await promisify(execFile)(process.execPath, [PROGRAM, '--data', data, ...words], {
      cwd: root,
    })
    return { code: 0, ...done }
  } catch (error) {
    return z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error)
  }
}

async function json(...words: string[]): Promise<Record<string, unknown>> {
  const said = await casehouse(...words, '--json')
  if (said.code !== 0) throw new Error(said.stderr)
  return z.record(z.string(), z.unknown()).parse(JSON.parse(said.stdout))
}

/** Every process of this platform: its roles and databases name the data directory in their words or environment. */
async function listProcesses(): Promise<readonly { pid: number; words: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args='])
  return stdout
    .split('\n')
    .map((line) => ({ pid: Number(/^\s*(\d+)/.exec(line)?.[1]), words: line.replace(/^\s*\d+\s*/, '') }))
    .filter(({ pid, words }) => words.includes(root) || readEnvironment(pid).includes(root) || isOurs(pid))
}

const ours = new Set<number>()
const isOurs = (pid: number): boolean => ours.has(pid)

function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

/** The children of the supervisor, which is the child of the program. */
async function findRole(running: Running, role: string): Promise<number | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='])
  const rows = stdout.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
  const main = rows.find((row) => Number(row?.[2]) === running.child.pid)?.[1]
  const found = rows.find((row) => row?.[2] === main && row?.[3]?.endsWith(`serve ${role}`))
  const pid = found === undefined ? undefined : Number(found?.[1])
  if (pid !== undefined) ours.add(pid)
  return pid
}

async function isHealthy(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    (response) => response.status === 200,
    () => false,
  )
}

let running: Running

beforeAll(async () => {
  running = await startUp()
})
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGTERM')
  await until(async () => (await listProcesses()).length === 0, 20_000).catch(() => undefined)
  rmSync(root, { recursive: true, force: true })
})

describe('casehouse up', () => {
  test('says that it is ready only when everything serves, and shows the first login', async () => {
    expect(await isHealthy(running.result.url)).toBe(true)
    const { email, password } = running.result
    const signIn = await fetch(`${running.result.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    expect(signIn.status).toBe(200)
  })

  test('answers the commands with the field names of the API', async () => {
    expect(await json('domain', 'create', 'clinic', '--timezone', 'Asia/Kathmandu')).toMatchObject({
      domain: 'clinic',
      timezone: 'Asia/Kathmandu',
    })
    const worker = await json('worker', 'create', 'clinic', 'Asha')
    expect(Object.keys(worker)).toEqual(['user_id', 'username', 'full_username', 'domain', 'password'])
    expect(worker).toMatchObject({ username: 'asha', full_username: 'asha@clinic.commcarehq.org' })
    const user = await json('user', 'create', 'lina@example.org', '--domain', 'clinic', '--role', 'reader')
    expect(user).toMatchObject({ username: 'lina@example.org', email: 'lina@example.org', role: 'reader' })
    const key = await json('key', 'create', 'clinic', 'bi')
    expect(Object.keys(key)).toEqual(['key_id', 'name', 'username', 'key', 'role', 'domain'])
  })

  test('a refusal goes to stderr with its code, and the exit code is 1', async () => {
    const said = await casehouse('worker', 'create', 'nowhere', 'asha', '--json')
    expect(said).toMatchObject({ code: 1, stdout: '' })
    expect(said.stderr).toMatch(/^casehouse: .+ \[[A-Z_]+\]\n$/)
    expect(await casehouse('form', 'submit', 'clinic', 'no such file.xml')).toMatchObject({
      code: 1,
      stdout: '',
    })
  })

  test('a form that the receiver refuses is an error like any other', async () => {
    const torn = join(root, 'torn.xml')
    writeFileSync(torn, '<data xmlns="urn:torn"><note>')
    const said = await casehouse('form', 'submit', 'clinic', torn, '--json')
    expect(said).toMatchObject({ code: 1, stdout: '' })
    expect(said.stderr).toMatch(/422, processing_failure.+\[UP_FORM_REFUSED\]/)
  })

  test('with --url, a key reaches its project space, and the operator’s token all of them', async () => {
    const { key } = z
      .object({ key: z.string() })
      .parse(await json('key', 'create', 'clinic', 'remote', '--role', 'admin'))
    const { operator_token: token } = z
      .object({ operator_token: z.string() })
      .parse(JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')))
    const at = (credential: string): string[] => ['--url', running.result.url, '--key', credential, '--json']
    expect((await casehouse('worker', 'create', 'clinic', 'ravi', ...at(`remote:${key}`))).code).toBe(0)
    const refused = await casehouse('domain', 'list', ...at(`remote:${key}`))
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    const all = await casehouse('domain', 'list', ...at(`operator:${token}`))
    expect(JSON.parse(all.stdout)).toMatchObject({ domains: [{ domain: 'clinic' }] })
  })

  test('a second platform on the same data is refused by name', async () => {
    const said = await casehouse('up', '--no-demo', '--no-dashboards', '--port', '0')
    expect(said.code).toBe(1)
    expect(said.stderr).toContain('UP_DATA_IN_USE')
  })

  test('a taken port is named, with the flag that chooses another', async () => {
    const { port } = new URL(running.result.url)
    const said = await casehouse(
      'up',
      '--no-demo',
      '--no-dashboards',
      '--port',
      port,
      '--data',
      join(root, 'other'),
    )
    expect(said.code).toBe(1)
    expect(said.stderr).toContain(`Port ${port}`)
    expect(said.stderr).toContain('--port N')
  })

  test('doctor finds the running platform well', async () => {
    const answer = await json('doctor')
    expect(answer).toMatchObject({ ok: true, running: true })
  })

  test('a killed api comes back by itself', async () => {
    const before = await findRole(running, 'api')
    expect(before).toBeGreaterThan(1)
    process.kill(before ?? 0, 'SIGKILL')
    await until(async () => !(await isHealthy(running.result.url)), 10_000)
    await until(() => isHealthy(running.result.url), 60_000)
    expect(await findRole(running, 'api')).not.toBe(before)
    expect(running.said()).toMatch(/api ended \(SIGKILL\); starting it again in 1 s/)
  })

  test('SIGTERM stops everything within 10 s and leaves no process', async () => {
    for (const role of ['api', 'loader', 'warehouse']) await findRole(running, role)
    const before = (await listProcesses()).map(({ words }) => words).join('\n')
    for (const part of ['postgres', 'serve api', 'serve loader', 'serve warehouse'])
      expect(before).toContain(part)
    const stoppedAt = performance.now()
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(10_000)
    await until(async () => (await listProcesses()).length === 0, 1_000)
  })
})

describe('with nothing running', () => {
  test('commands work on the data directly, and leave nothing behind', async () => {
    const answer = await json('domain', 'list')
    expect(answer).toMatchObject({ domains: [{ domain: 'clinic' }] })
    expect(await json('worker', 'password', 'clinic', 'asha')).toMatchObject({ username: 'asha' })
    expect(await listProcesses()).toEqual([])
  })
})

describe('after a restart', () => {
  test('the data is kept, and no new login is made', async () => {
    running = await startUp()
    expect(running.result).toMatchObject({ email: null, password: null })
    expect(await json('domain', 'list')).toMatchObject({ domains: [{ domain: 'clinic' }] })
  })

  test('when the supervisor is killed outright, nothing outlives it', async () => {
    for (const role of ['api', 'loader', 'warehouse']) await findRole(running, role)
    running.child.kill('SIGKILL')
    await until(async () => (await listProcesses()).length === 0, 20_000)
    expect(await isHealthy(running.result.url)).toBe(false)
  })
})
