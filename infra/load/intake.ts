/**
 * `npm run bench -- intake`: durable forms a second through the real receiver, half of which register a case and half update
 * one; server, generator and Postgres share the machine. Two questions: how many go through at most (each connection sends
 * the next form when the last is answered), and how long a form takes at one rate (forms come whether or not those before are
 * done). The limit beside both is a bare HTTP handler that runs only the same write statement on constant rows, in turn.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate } from '#infra/platform/index.ts'
import { forkServer, ROOT, type ForkedServer } from './bench/forked-server.ts'
import { readOptions } from './bench/options.ts'
import { toClosedPlan, toConstantPlan, toNewSeed } from './bench/plans.ts'
import { report, rounded, say, warnOfGenerator, type Row } from './bench/report.ts'
import { withFolder } from './bench/with-folder.ts'
import type { LoadPlan, LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'

const about = {
  name: 'intake',
  summary: 'durable forms a second through the receiver, and how long each takes',
}
const options = readOptions(about, {
  seconds: { default: 6, help: 'length of each round' },
  rounds: { default: 3, help: 'rounds of ours and of the limit, in turn; the median counts' },
  connections: { default: 64, help: 'of the closed loop' },
  rate: { default: 1_000, help: 'forms a second of the open loop' },
  profile: { default: '', help: "where the receiver's CPU profile goes; it slows the receiver down" },
})

interface Round {
  readonly result: LoadResult
  readonly perSecond: number
  /** Of the server's process; a figure that other jobs on the machine hardly change. */
  readonly cpuMsPerForm: number
}

interface Measured {
  readonly closed: Round
  readonly open: Round
}

async function measureRound(server: ForkedServer, plan: LoadPlan): Promise<Round> {
  const cpuBefore = await server.cpuMs()
  const result = await generate(plan)
  const cpuMs = (await server.cpuMs()) - cpuBefore
  warnOfGenerator(result)
  return { result, perSecond: result.completed / result.seconds, cpuMsPerForm: cpuMs / result.completed }
}

function median(rounds: readonly Round[], by: (round: Round) => number): Round {
  const middle = rounds.toSorted((a, b) => by(a) - by(b))[Math.floor(rounds.length / 2)]
  if (middle === undefined) throw new Error('no round was measured')
  return middle
}

/** Ours and the limit take turns, so that what else the machine does meets both. */
async function measureBoth(
  ours: ForkedServer,
  limit: ForkedServer,
): Promise<Record<'ours' | 'limit', Measured>> {
  const { seconds, connections, rate } = options
  const servers = { limit, ours }
  const rounds = {
    ours: { closed: [] as Round[], open: [] as Round[] },
    limit: { closed: [] as Round[], open: [] as Round[] },
  }
  const seed = toNewSeed(new Date())
  for (let round = 0; round < options.rounds; round += 1)
    for (const name of ['limit', 'ours'] as const) {
      const { url } = servers[name]
      const toStart = (run: number) => ({
        url,
        scenario: 'submit-cases',
        target: { domains: ['bench'], authorization: null, seed: seed + round * 2 + run },
        connections,
      })
      say(`round ${round + 1}, ${name} …`)
      rounds[name].closed.push(await measureRound(servers[name], toClosedPlan(toStart(0), seconds)))
      rounds[name].open.push(await measureRound(servers[name], toConstantPlan(toStart(1), rate, seconds)))
    }
  const toMedians = ({ closed, open }: (typeof rounds)['ours']): Measured => ({
    closed: median(closed, ({ perSecond }) => perSecond),
    open: median(open, ({ result }) => result.latency.p99),
  })
  return { ours: toMedians(rounds.ours), limit: toMedians(rounds.limit) }
}

async function measure(folder: string): Promise<Record<'ours' | 'limit', Measured>> {
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
    const profiling = options.profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`]
    const ours = await forkServer('infra/load/intake/server.ts', env, profiling)
    const limit = await forkServer('ingest/test/limit-server.ts', env)
    return await measureBoth(ours, limit).finally(() => Promise.all([ours.stop(), limit.stop()]))
  } finally {
    await postgres.close()
    await server.stop()
  }
}

const toRow = (what: string, { result, perSecond, cpuMsPerForm }: Round): Row => ({
  what,
  'forms/s': rounded(perSecond),
  'p50 ms': rounded(result.latency.p50),
  'p99 ms': rounded(result.latency.p99),
  'CPU ms/form': rounded(cpuMsPerForm, 3),
  failed: result.failed,
  dropped: result.dropped,
})

function print({ ours, limit }: Record<'ours' | 'limit', Measured>): void {
  const { closed, open } = ours
  const ratio = closed.perSecond / limit.closed.perSecond
  const { p50, p99 } = open.result.latency
  const errors = closed.result.failed + open.result.failed + open.result.dropped
  const at = `p99 < 150 ms at ${options.rate}/s`
  report(
    {
      bench: 'intake',
      figure: rounded(closed.perSecond),
      unit: 'forms/s',
      limit: rounded(limit.closed.perSecond),
      limit_is: 'the statement alone behind HTTP',
      goals: [
        {
          value: 1_000,
          text: `1,000 forms/s, ${at}`,
          met: closed.perSecond >= 1_000 && p99 < 150 && errors === 0,
        },
        {
          value: rounded(limit.closed.perSecond * 0.8),
          text: `80 % of the statement alone, p99 < 100 ms at ${options.rate}/s`,
          met: ratio >= 0.8 && p99 < 100 && errors === 0,
        },
      ],
      more: {
        rate: options.rate,
        p50_ms: rounded(p50),
        p99_ms: rounded(p99),
        limit_p99_ms: rounded(limit.open.result.latency.p99),
        cpu_ms_per_form: rounded(closed.cpuMsPerForm, 3),
        errors,
      },
    },
    {
      json: options.json,
      rows: [
        toRow('receiver, as many as go', closed),
        toRow('statement alone, as many as go', limit.closed),
        toRow(`receiver at ${options.rate}/s`, open),
        toRow(`statement alone at ${options.rate}/s`, limit.open),
      ],
    },
  )
}

await withFolder('bench', async (folder) => print(await measure(folder)))
