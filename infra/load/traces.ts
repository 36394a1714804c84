/**
 * `npm run bench -- traces`: what following forms costs the receiver. The same receiver without traces, with the part of the forms that
 * is followed unless told otherwise, and with every form followed, in turn on one Postgres; spans go to a receiver that throws them away.
 */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { startPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate } from '#infra/platform/index.ts'
import { forkServer, ROOT, type ForkedServer } from './bench/forked-server.ts'
import { readOptions } from './bench/options.ts'
import { toClosedPlan, toNewSeed } from './bench/plans.ts'
import { report, rounded, say, warnOfGenerator } from './bench/report.ts'
import { withFolder } from './bench/with-folder.ts'
import { generate } from './generator/start-generator.ts'

const about = { name: 'traces', summary: 'what following forms costs the receiver' }
const options = readOptions(about, {
  seconds: { default: 4, help: 'length of each round' },
  rounds: { default: 5, help: 'rounds of each, in turn; the median counts' },
  connections: { default: 32, help: 'of the closed loop' },
})

const RATIOS = { off: undefined, 'one in a hundred': '0.01', every: '1' } as const
type Name = keyof typeof RATIOS
const NAMES = Object.keys(RATIOS) as readonly Name[]

interface Round {
  readonly perSecond: number
  /** Of the receiver's process; a figure that other jobs on the machine hardly change. */
  readonly cpuMsPerForm: number
  readonly failed: number
}

async function startSink(): Promise<{
  readonly url: string
  close(): void
  readonly received: () => number
}> {
  let received = 0
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      received += 1
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    received: () => received,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function measureRound(server: ForkedServer, seed: number): Promise<Round> {
  const target = { domains: ['bench'], authorization: null, seed }
  const start = { url: server.url, scenario: 'submit-cases', target, connections: options.connections }
  const cpuBefore = await server.cpuMs()
  const result = await generate(toClosedPlan(start, options.seconds))
  const cpuMs = (await server.cpuMs()) - cpuBefore
  warnOfGenerator(result)
  const perSecond = result.completed / result.seconds
  return { perSecond, cpuMsPerForm: cpuMs / result.completed, failed: result.failed }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

async function measure(folder: string): Promise<Record<Name, readonly Round[]>> {
  const log = createLog({ name: 'bench', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const postgres = createPostgres({ ...server.connection, maxConnections: 2 })
  const sink = await startSink()
  const servers: Partial<Record<Name, ForkedServer>> = {}
  const rounds: Record<Name, Round[]> = { off: [], 'one in a hundred': [], every: [] }
  try {
    await migrate(postgres, [ROOT])
    await postgres.pool.query(`insert into tenants.domains (domain, title) values ('bench', 'Bench')`)
    const { password, ...connection } = server.connection
    const env = {
      BENCH_POSTGRES: JSON.stringify(connection),
      BENCH_PASSWORD: password?.reveal() ?? '',
      BENCH_TOKEN: randomBytes(16).toString('hex'),
    }
    for (const name of NAMES) {
      const ratio = RATIOS[name]
      const traces = ratio === undefined ? {} : { BENCH_TRACES_URL: sink.url, BENCH_TRACES_RATIO: ratio }
      servers[name] = await forkServer('infra/load/intake/server.ts', { ...env, ...traces })
    }
    let seed = toNewSeed(new Date())
    // The first round warms each up, and does not count.
    for (let round = 0; round <= options.rounds; round += 1)
      // Each comes first in its turn: what Postgres has still to do after one round is felt by the next.
      for (const [at] of NAMES.entries()) {
        const name = NAMES[(round + at) % NAMES.length] ?? 'off'
        say(`round ${round}, ${name} …`)
        const started = servers[name]
        if (started === undefined) throw new Error(`${name} was not started`)
        const measured = await measureRound(started, (seed += 1))
        if (round > 0) rounds[name].push(measured)
      }
    if (sink.received() === 0) throw new Error('no span was sent: nothing was measured')
    return rounds
  } finally {
    await Promise.all(NAMES.map(async (name) => servers[name]?.stop()))
    sink.close()
    await postgres.close()
    await server.stop()
  }
}

function print(rounds: Record<Name, readonly Round[]>): void {
  const cpu = (name: Name): number => middle(rounds[name].map(({ cpuMsPerForm }) => cpuMsPerForm))
  const rate = (name: Name): number => middle(rounds[name].map(({ perSecond }) => perSecond))
  const costOf = (name: Name): number => rounded((cpu(name) / cpu('off') - 1) * 100)
  report(
    {
      bench: 'traces',
      figure: costOf('one in a hundred'),
      unit: '% more CPU a form',
      limit: costOf('every'),
      limit_is: 'with every form followed',
      goals: [
        { value: 3, text: 'less than 3 % with one form in a hundred', met: costOf('one in a hundred') < 3 },
        { value: 3, text: 'less than 3 % with every form', met: costOf('every') < 3 },
      ],
      more: {
        cpu_ms_off: rounded(cpu('off'), 3),
        cpu_ms_default: rounded(cpu('one in a hundred'), 3),
        cpu_ms_every: rounded(cpu('every'), 3),
        errors: NAMES.flatMap((name) => rounds[name]).reduce((sum, { failed }) => sum + failed, 0),
      },
    },
    {
      json: options.json,
      rows: NAMES.map((name) => ({
        what: `traces of ${name === 'off' ? 'none' : name}`,
        'forms/s': rounded(rate(name)),
        'CPU ms/form': rounded(cpu(name), 3),
      })),
    },
  )
}

await withFolder('bench', async (folder) => print(await measure(folder)))
