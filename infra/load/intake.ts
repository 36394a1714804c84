/**
 * `npm run bench -- intake [--json] [--seconds N] [--connections N] [--profile DIR]`: durable forms a second through the real receiver, half of
 * them creating a case and half updating one; server, generator and Postgres share the machine. The limit beside it
 * is a bare HTTP handler that runs only the same write statement on constant rows, with the same generator, in turn.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { startPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate } from '#infra/platform/index.ts'
import { createForms } from './intake/forms.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '64' },
    /** Where the receiver's CPU profile goes; it slows the receiver down. */
    profile: { type: 'string' },
  },
})
const SECONDS = Number(values.seconds)
const CONNECTIONS = Number(values.connections)
const ROUNDS = 3
const GOAL_PER_SECOND = 1_000
const GOAL_P99_MS = 150
const ROOT = resolve(import.meta.dirname, '../..')
const BOUNDARY = 'casehouse-bench'

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly errors: number
  /** Of the server's process; a figure that other jobs on the machine hardly change. */
  readonly cpuMsPerForm: number
}

function body(xml: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="form.xml"\r\nContent-Type: text/xml\r\n\r\n${xml}\r\n--${BOUNDARY}--\r\n`
}

/** Posts for `SECONDS` on every connection, each waiting for its answer before the next form. */
async function generate(server: Server, forms: ReturnType<typeof createForms>): Promise<Round> {
  const { url } = server
  const cpuBefore = await cpuOf(server)
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 })
  const latencies: number[] = []
  let errors = 0
  let index = 0
  const startedAt = performance.now()
  const endsAt = startedAt + SECONDS * 1_000
  const lane = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      index += 1
      const text = body(forms.next(index))
      const from = performance.now()
      const answer = await pool.request({
        method: 'POST',
        path: '/a/bench/receiver/APP/',
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'x-openrosa-version': '3.0' },
        body: text,
      })
      await answer.body.dump()
      if (answer.statusCode === 201) latencies.push(performance.now() - from)
      else errors += 1
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  const seconds = (performance.now() - startedAt) / 1_000
  await pool.close()
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
  const cpuMsPerForm = ((await cpuOf(server)) - cpuBefore) / latencies.length
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99), errors, cpuMsPerForm }
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
}

async function startServer(
  script: string,
  env: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): Promise<Server> {
  const child = fork(join(ROOT, script), [], {
    env: { ...process.env, ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ended before it listened`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return { child, url: (message as { url: string }).url }
}

/** CPU milliseconds of the server's process so far. */
async function cpuOf({ child }: Server): Promise<number> {
  child.send('cpu')
  const [cpu] = await once(child, 'message')
  return (cpu as { user: number; system: number }).user / 1_000 + (cpu as { system: number }).system / 1_000
}

async function stopServer({ child }: Server): Promise<void> {
  child.send('exit')
  await once(child, 'exit')
}

function median(rounds: readonly Round[]): Round {
  const sorted = rounds.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no round was measured')
  return { ...middle, errors: rounds.reduce((sum, round) => sum + round.errors, 0) }
}

async function measure(folder: string): Promise<{ ours: Round; limit: Round }> {
  const log = createLog({ name: 'bench', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const postgres = createPostgres({ ...server.connection, maxConnections: 2 })
  try {
    await migrate(postgres, [ROOT])
    await postgres.pool.query(`insert into tenants.domains (domain, title) values ('bench', 'Bench')`)
    const { password, ...connection } = server.connection
    const env = {
      BENCH_POSTGRES: JSON.stringify(connection),
      BENCH_PASSWORD: password?.reveal() ?? '',
      BENCH_TOKEN: randomBytes(16).toString('hex'),
    }
    const rounds: { ours: Round[]; limit: Round[] } = { ours: [], limit: [] }
    const forms = createForms()
    const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
    const ours = await startServer('infra/load/intake/server.ts', env, profiling)
    const limit = await startServer('ingest/test/limit-server.ts', env)
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        rounds.limit.push(await generate(limit, createForms()))
        rounds.ours.push(await generate(ours, forms))
      }
    } finally {
      await stopServer(ours)
      await stopServer(limit)
    }
    return { ours: median(rounds.ours), limit: median(rounds.limit) }
  } finally {
    await postgres.close()
    await server.stop()
  }
}

function print({ ours, limit }: { ours: Round; limit: Round }): void {
  const tenth = (value: number): number => Math.round(value * 10) / 10
  const line = {
    bench: 'intake',
    figure: tenth(ours.perSecond),
    unit: 'forms/s',
    p50_ms: tenth(ours.p50),
    p99_ms: tenth(ours.p99),
    cpu_ms_per_form: Math.round(ours.cpuMsPerForm * 1_000) / 1_000,
    errors: ours.errors,
    limit: tenth(limit.perSecond),
    ratio: Math.round((100 * ours.perSecond) / limit.perSecond) / 100,
    goal: GOAL_PER_SECOND,
    met: ours.perSecond >= GOAL_PER_SECOND && ours.p99 < GOAL_P99_MS && ours.errors === 0,
  }
  if (values.json) {
    console.log(JSON.stringify(line))
    return
  }
  console.table([
    {
      what: 'receiver',
      'forms/s': line.figure,
      'p50 ms': line.p50_ms,
      'p99 ms': line.p99_ms,
      'CPU ms/form': line.cpu_ms_per_form,
      errors: line.errors,
    },
    {
      what: 'statement alone',
      'forms/s': line.limit,
      'p50 ms': tenth(limit.p50),
      'p99 ms': tenth(limit.p99),
      'CPU ms/form': Math.round(limit.cpuMsPerForm * 1_000) / 1_000,
      errors: limit.errors,
    },
  ])
  console.log(
    `ratio ${line.ratio}; goal ${GOAL_PER_SECOND} forms/s with p99 < ${GOAL_P99_MS} ms: ${line.met ? 'met' : 'not met'}`,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'casehouse-bench-'))
await chmod(folder, 0o755)
try {
  print(await measure(folder))
} finally {
  await rm(folder, { recursive: true, force: true })
}
