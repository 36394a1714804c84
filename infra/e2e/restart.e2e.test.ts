/** Restarting and stopping a platform under load: nothing that was acknowledged is lost, and while it restarts nobody is refused. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createPostgres } from '#infra/platform/index.ts'
import { toDataDir } from '../up/data-dir/data-dir.ts'
import { findPlatformFile } from '../up/data-dir/state.ts'
import { startSending, type Sent } from './steady-sender.ts'

const MAIN = join(import.meta.dirname, '../up/main.ts')
const FORMS_PER_SECOND = 100
const data = mkdtempSync(join(tmpdir(), 'casehouse-restart-'))
let platform: ChildProcess
let url = ''

async function startUp(): Promise<void> {
  const words = [MAIN, 'up', '--json', '--no-demo', '--port', '0', '--data', data]
  platform = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CASEHOUSE_LIMITS: 'off' },
  })
  let said = ''
  platform.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  while (!said.includes('\n') && platform.exitCode === null) await sleep(50)
  url = z.object({ url: z.string() }).parse(JSON.parse(said)).url
}

async function endUp(): Promise<void> {
  if (platform.exitCode !== null) return
  const exited = new Promise((resolve) => platform.once('exit', resolve))
  platform.kill('SIGTERM')
  await exited
}

async function casehouse(...words: string[]): Promise<unknown> {
  const args = ['--disable-warning=ExperimentalWarning', MAIN, '--json', '--data', data, ...words]
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout)
}

async function ask<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
  const postgres = createPostgres({ url: findPlatformFile(toDataDir(data))?.database_url ?? '' })
  try {
    return (await postgres.pool.query<Row>(sql, values)).rows
  } finally {
    await postgres.close()
  }
}

/** Forms that were acknowledged and are not there. */
async function findLost(sent: readonly Sent[]): Promise<readonly string[]> {
  const ids = sent.filter(({ outcome }) => outcome === 201).map(({ formId }) => formId)
  const rows = await ask<{ form_id: string }>(
    `select id as form_id from unnest($1::text[]) as id
     where not exists (select from ingest.forms f where f.domain = 'steady' and f.form_id = id)`,
    [ids],
  )
  return rows.map(({ form_id }) => form_id)
}

async function readHealth(): Promise<{
  status: string
  stages: { stage: string; waiting: number | null }[]
}> {
  // Only what is looked at below.
  return (await (await fetch(`${url}/health`)).json()) as Awaited<ReturnType<typeof readHealth>>
}

async function readMetric(sample: RegExp): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(sample.exec(text)?.[1] ?? Number.NaN)
}

beforeAll(async () => {
  await startUp()
  await casehouse('domain', 'create', 'steady')
})
afterAll(async () => {
  await endUp()
  rmSync(data, { recursive: true, force: true })
})

test('every role is put in place of the one before under load: no form is refused, none is lost, each becomes visible once', async () => {
  const sender = startSending({ url, domain: 'steady', formsPerSecond: FORMS_PER_SECOND })
  await sleep(1_500)
  const answer = z
    .object({ restarted: z.array(z.object({ role: z.string(), seconds: z.number() })) })
    .parse(await casehouse('restart'))
  await sleep(1_500)
  const sent = await sender.stop()

  expect(answer.restarted.map(({ role }) => role)).toEqual([
    'warehouse',
    'loader',
    'keeper',
    'dashboards',
    'api',
  ])
  expect(sent.filter(({ outcome }) => outcome !== 201)).toEqual([])
  expect(await findLost(sent)).toEqual([])
  const longestMs = Math.max(...sent.map(({ dueMs, answeredMs }) => answeredMs - dueMs))
  console.info(
    `${sent.length} forms, none refused, the longest answered after ${Math.round(longestMs)} ms; ` +
      answer.restarted.map(({ role, seconds }) => `${role} ${seconds} s`).join(', '),
  )

  let health = await readHealth()
  while (health.status !== 'ok' || health.stages.some(({ waiting }) => (waiting ?? 0) > 0)) {
    await sleep(100)
    health = await readHealth()
  }
  expect(health.stages.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining(['receiver', 'postgres', 'loader', 'engine', 'dashboards']),
  )
  const visible = await casehouse('audit', '--domain', 'steady')
  expect(visible).toMatchObject({ differences: [] })
  for (const role of ['warehouse', 'loader', 'keeper', 'dashboards', 'api'])
    expect(
      await readMetric(
        new RegExp(`^up_role_restarts_total\\{of="${role}",reason="asked",role="up"\\} (\\d+)$`, 'm'),
      ),
    ).toBe(1)
}, 120_000)

test('a role that hangs is ended and started again', async () => {
  const [pid] = await findPids('serve keeper')
  if (pid === undefined) throw new Error('no keeper')
  process.kill(pid, 'SIGSTOP')
  const restarts = /^up_role_restarts_total\{of="keeper",reason="hung",role="up"\} (\d+)$/m
  await expect.poll(async () => readMetric(restarts), { timeout: 40_000, interval: 250 }).toBe(1)
  await expect
    .poll(async () => (await findPids('serve keeper')).filter((found) => found !== pid), { timeout: 10_000 })
    .toHaveLength(1)
}, 60_000)

test('a platform that is stopped under load has kept everything that it acknowledged', async () => {
  const sender = startSending({ url, domain: 'steady', formsPerSecond: FORMS_PER_SECOND })
  await sleep(1_500)
  await endUp()
  const sent = await sender.stop()
  expect(sent.filter(({ outcome }) => outcome === 201).length).toBeGreaterThan(FORMS_PER_SECOND / 2)
  // Whole answers alone: a status, or a connection that was never taken.
  const outcomes = new Set(sent.map(({ outcome }) => outcome))
  expect(
    [...outcomes].filter((outcome) => ![201, 503, 'ECONNREFUSED', 'ECONNRESET'].includes(outcome)),
  ).toEqual([])
  await startUp()
  expect(await findLost(sent)).toEqual([])
}, 120_000)

/** Of processes that this platform has started. */
async function findPids(words: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='])
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((row) => Number(row?.[2]) === platform.pid && row?.[3]?.endsWith(words))
    .map((row) => Number(row?.[1]))
}
