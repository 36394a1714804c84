/**
 * `npm run bench -- catch-up [--events N] [--domains N] [--rate N] [--json] [--profile DIR]`: how fast the loader brings the
 * warehouse level with an outbox that holds N events (10 million unless told), while devices go on submitting. API, engine and
 * loader are the real roles in processes of their own, Postgres the real one. The limits beside it, in the same run: one
 * connection reading the outbox, and the engine inserting rows that it already has. At the end every sum is counted again.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres, type RunningPostgres } from '#infra/embedded/index.ts'
import {
  createLog,
  createPostgres,
  createWarehouseClient,
  migrate,
  waitForConsumer,
  type Postgres,
} from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '#warehouse/contract.ts'
import { fillDomains, fillOutbox, PATTERN_DOMAIN, type Filled } from './catch-up/fill.ts'
import { createSubmitter, startIntake, type Intake } from './catch-up/intake.ts'
import { measureRead, measureWrite, type Limit } from './catch-up/limits.ts'
import { recount } from './catch-up/recount.ts'
import { cpuSecondsOf, cpuSecondsOfTree, ROOT, startRole, type RoleProcess } from './catch-up/roles.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    events: { type: 'string', default: '10000000' },
    domains: { type: 'string', default: '4' },
    /** Forms a second that go on coming in. */
    rate: { type: 'string', default: '200' },
    /** Where the loader's CPU profile goes; it slows the loader down. */
    profile: { type: 'string' },
  },
})
const EVENTS = Number(values.events)
const RATE = Number(values.rate)
const DOMAINS = fillDomains(Number(values.domains))
const GOAL_PER_SECOND = 100_000
/** On disk, for an event: its row and index in Postgres, its rows in the engine before and after a merge. */
const BYTES_OF_EVENT = 3_600
const SPARE_BYTES = 8e9

interface Place {
  readonly server: RunningPostgres
  readonly postgres: Postgres
  readonly engine: RoleProcess
  readonly api: RoleProcess
  readonly env: Readonly<Record<string, string>>
  readonly apiUrl: string
  readonly login: { readonly url: string; readonly username: string; readonly password: string }
}

interface Figure {
  readonly filled: Filled
  readonly seconds: number
  readonly delivered: number
  readonly intake: Intake
  readonly cpu: Readonly<Record<string, number>>
  readonly read: Limit
  readonly write: Limit
  readonly differences: readonly string[]
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`)

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  // Listening on TCP, so the address is one.
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return port
}

async function startPlace(folder: string): Promise<Place> {
  const log = createLog({ name: 'bench', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const postgres = createPostgres({ ...server.connection, maxConnections: 4 })
  await migrate(postgres, [ROOT])
  await postgres.pool.query(
    `insert into tenants.domains (domain, title) values ('${PATTERN_DOMAIN}', 'Bench')`,
  )
  const [enginePort, apiPort] = [await freePort(), await freePort()]
  const secret = (): string => randomBytes(16).toString('hex')
  const [ownerPassword, readerPassword] = [secret(), secret()]
  const login = { url: `http://127.0.0.1:${enginePort}`, username: 'owner', password: ownerPassword }
  const env = {
    DATABASE_URL: server.url.reveal(),
    CLICKHOUSE_URL: login.url,
    CLICKHOUSE_OWNER_PASSWORD: ownerPassword,
    CLICKHOUSE_READER_PASSWORD: readerPassword,
    CASEHOUSE_ENGINE_DATA: join(folder, 'ch'),
    CASEHOUSE_ENGINE_PORT: String(enginePort),
    CASEHOUSE_OPERATOR_TOKEN: secret(),
    CASEHOUSE_PORT: String(apiPort),
  }
  const engine = await startRole('warehouse', env)
  const api = await startRole('api', env)
  return { server, postgres, engine, api, env, apiUrl: `http://127.0.0.1:${apiPort}`, login }
}

/** Events delivered so far, and how many when the last of those that were filled is. */
async function waitUntilDelivered(postgres: Postgres, events: number): Promise<number> {
  for (let saidAt = performance.now(); ;) {
    const { rows } = await postgres.pool.query<{ delivered: number }>(
      'select delivered_events::float8 as delivered from feed.consumers where name = $1',
      [LOADER_CONSUMER],
    )
    const delivered = rows[0]?.delivered ?? 0
    if (delivered >= events) return delivered
    if (performance.now() - saidAt > 10_000) {
      tell(`  ${delivered} of ${events}`)
      saidAt = performance.now()
    }
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function drain(place: Place, filled: Filled) {
  const { server, postgres, engine, api, env, apiUrl } = place
  const submitter = createSubmitter(apiUrl, PATTERN_DOMAIN)
  const intake = startIntake(submitter, RATE)
  const before = {
    postgres: cpuSecondsOfTree(server.pid),
    engine: cpuSecondsOf(engine.pid),
    api: cpuSecondsOf(api.pid),
    own: process.cpuUsage(),
  }
  const startedAt = performance.now()
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
  const loader = await startRole('loader', env, profiling)
  try {
    const delivered = await waitUntilDelivered(postgres, filled.events)
    const seconds = (performance.now() - startedAt) / 1_000
    const own = process.cpuUsage(before.own)
    const cpu = {
      loader: cpuSecondsOf(loader.pid),
      engine: cpuSecondsOf(engine.pid) - before.engine,
      postgres: cpuSecondsOfTree(server.pid) - before.postgres,
      api: cpuSecondsOf(api.pid) - before.api,
      devices: (own.user + own.system) / 1e6,
    }
    const done = await intake.stop()
    await waitForConsumer(postgres, LOADER_CONSUMER, { timeoutMs: 120_000 })
    return { seconds, delivered, cpu, intake: done }
  } finally {
    await submitter.close()
    await loader.stop()
  }
}

async function measure(folder: string): Promise<Figure> {
  const place = await startPlace(folder)
  const { postgres, engine, api, server, login } = place
  const warehouse = createWarehouseClient({ ...login, requestTimeoutMs: 600_000 })
  try {
    const submitter = createSubmitter(place.apiUrl, PATTERN_DOMAIN)
    tell(`filling the outbox with ${EVENTS} events`)
    const filled = await fillOutbox(postgres, { events: EVENTS, domains: DOMAINS, submitter })
    await submitter.close()
    tell(`filled: ${filled.payloadBytes} bytes of payload, ${filled.tableBytes} on disk`)
    const read = await measureRead(postgres, () => cpuSecondsOfTree(server.pid))
    tell('catching up')
    const drained = await drain(place, filled)
    tell('counting again')
    const differences = await recount(postgres, warehouse)
    const payloadBytesOfEvent = filled.payloadBytes / filled.events
    const write = await measureWrite(
      warehouse,
      login,
      { domain: DOMAINS[0] ?? '', payloadBytesOfEvent },
      () => cpuSecondsOf(engine.pid),
    )
    return { filled, ...drained, read, write, differences }
  } finally {
    await warehouse.close()
    await api.stop()
    await engine.stop()
    await postgres.close()
    await server.stop()
  }
}

function toLine(figure: Figure) {
  const { filled, seconds, delivered, intake, cpu, read, write, differences } = figure
  const perSecond = Math.round(delivered / seconds)
  const limit = Math.min(read.eventsPerSecond, write.eventsPerSecond)
  const tenths = Object.entries(cpu).map(([role, spent]) => [role, Math.round(spent * 10) / 10] as const)
  return {
    bench: 'catch-up',
    figure: perSecond,
    unit: 'events/s',
    events: delivered,
    seconds: Math.round(seconds * 10) / 10,
    mb_per_second: Math.round((perSecond * filled.payloadBytes) / filled.events / 1e6),
    bytes_of_event: Math.round(filled.payloadBytes / filled.events),
    outbox_bytes: filled.tableBytes,
    domains: DOMAINS.length,
    intake_per_second: Math.round(intake.submitted / seconds),
    intake_errors: intake.errors,
    cpu_seconds: Object.fromEntries(tenths),
    limit,
    limit_read: read,
    limit_write: write,
    ratio: Math.round((100 * perSecond) / limit) / 100,
    differences,
    goal: GOAL_PER_SECOND,
    met: perSecond >= GOAL_PER_SECOND && differences.length === 0 && intake.errors === 0,
  }
}

function print(figure: Figure): void {
  const line = toLine(figure)
  if (values.json) return console.log(JSON.stringify(line))
  const { limit_read: read, limit_write: write } = line
  console.log(
    `catch-up: ${line.events} events of ${line.bytes_of_event} bytes in ${line.seconds} s: ${line.figure} events/s, ${line.mb_per_second} MB/s`,
  )
  console.log(
    `  meanwhile ${line.intake_per_second} forms/s came in, ${line.intake_errors} errors; ${line.domains} domains`,
  )
  console.log(
    `  CPU seconds: ${Object.entries(line.cpu_seconds)
      .map(([role, spent]) => `${role} ${spent}`)
      .join(', ')}`,
  )
  console.log(
    `  limits: one connection reads ${read.eventsPerSecond} events/s (${read.megabytesPerSecond} MB/s, ${read.cpuSecondsPerMillion} CPU s a million)`,
  )
  console.log(
    `          the engine alone inserts ${write.eventsPerSecond} events/s (${write.cpuSecondsPerMillion} CPU s a million); ratio ${line.ratio}`,
  )
  console.log(
    line.differences.length === 0
      ? '  counted again: all equal'
      : `  COUNTED AGAIN, DIFFERENT: ${line.differences.join('; ')}`,
  )
  console.log(`  goal: ${GOAL_PER_SECOND} events/s ${line.met ? 'met' : 'not met'}`)
}

const free = await statfs(tmpdir())
const wanted = EVENTS * BYTES_OF_EVENT + SPARE_BYTES
if (free.bavail * free.bsize < wanted)
  throw new Error(
    `The bench needs ${Math.round(wanted / 1e9)} GB free in ${tmpdir()}: ask for fewer --events.`,
  )
const folder = await mkdtemp(join(tmpdir(), 'casehouse-catch-up-'))
await chmod(folder, 0o711)
try {
  print(await measure(folder))
} finally {
  await rm(folder, { recursive: true, force: true })
}
