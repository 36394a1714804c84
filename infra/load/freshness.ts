/**
 * `npm run bench -- freshness [--json] [--rate N] [--seconds N]`: how long after its commit a form is visible in a query.
 * Postgres, the engine process and the loader are the real ones; a form is the transaction that writes its two events to
 * the outbox, at a steady rate, its arrivals not waiting for answers. The limit beside it is the least that the engine
 * needs: one form put straight into its entry table, and seen by the same query.
 */
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '#infra/embedded/index.ts'
import {
  appendEvents,
  createLog,
  createPostgres,
  createWarehouseClient,
  migrate,
  type NewEvent,
  type Postgres,
  type WarehouseClient,
} from '#infra/platform/index.ts'
import { applyWarehouseDdl, createLoader, ensureEntryTables } from '#warehouse/index.ts'
import { startEngineProcess } from '../harness/engine-process.ts'
import { freshnessEvents } from './freshness/events.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
  },
})
const RATE = Number(values.rate)
const SECONDS = Number(values.seconds)
const DOMAIN = 'bench'
const POLL_MS = 5
const GOAL_P99_MS = 1_000
const LIMIT_ROUNDS = 50

interface Latencies {
  readonly p50: number
  readonly p99: number
}

function toLatencies(samples: readonly number[]): Latencies {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: Math.round(at(0.5) * 10) / 10, p99: Math.round(at(0.99) * 10) / 10 }
}

/** Ids of forms that a query returns now, of those waited for. */
async function visible(warehouse: WarehouseClient, ids: readonly string[]): Promise<readonly string[]> {
  const result = await warehouse.query({
    query: `select form_id from forms final where domain = {domain:String} and form_id in {ids:Array(String)}`,
    query_params: { domain: DOMAIN, ids: [...ids] },
    format: 'JSONEachRow',
  })
  return (await result.json<{ form_id: string }>()).map((row) => row.form_id)
}

/** Asks again and again for the forms committed and not yet seen, until all are. */
async function watch(
  warehouse: WarehouseClient,
  committed: Map<string, number>,
  isOver: () => boolean,
): Promise<number[]> {
  const samples: number[] = []
  while (!isOver() || committed.size > 0) {
    const seen = committed.size === 0 ? [] : await visible(warehouse, [...committed.keys()])
    const now = performance.now()
    for (const id of seen) {
      samples.push(now - (committed.get(id) ?? now))
      committed.delete(id)
    }
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
  return samples
}

/** Sends at `RATE` for `SECONDS`, each form at its own time whether or not those before are done. */
async function submit(postgres: Postgres, committed: Map<string, number>): Promise<number> {
  const startedAt = performance.now()
  let errors = 0
  const under: Promise<void>[] = []
  for (let index = 0; index < RATE * SECONDS; index += 1) {
    const dueMs = startedAt + (index * 1_000) / RATE - performance.now()
    if (dueMs > 0) await new Promise((done) => setTimeout(done, dueMs))
    const id = randomUUID()
    const events: readonly NewEvent[] = freshnessEvents(DOMAIN, id, new Date())
    under.push(
      postgres
        .transaction((client) => appendEvents(client, events))
        .then(() => void committed.set(id, performance.now()))
        .catch(() => void (errors += 1)),
    )
  }
  await Promise.all(under)
  return errors
}

async function measureLimit(warehouse: WarehouseClient): Promise<Latencies> {
  const samples: number[] = []
  for (let round = 0; round < LIMIT_ROUNDS; round += 1) {
    const id = randomUUID()
    const at = new Date().toISOString().replace('T', ' ').replace('Z', '')
    const startedAt = performance.now()
    await warehouse.insert({
      table: `entry_forms_${DOMAIN}`,
      values: [
        { domain: DOMAIN, form_id: id, version: 1, state: 1, received_at: at, server_modified_at: at },
      ],
      format: 'JSONEachRow',
      clickhouse_settings: { async_insert: 0 },
    })
    while ((await visible(warehouse, [id])).length === 0)
      await new Promise((done) => setTimeout(done, POLL_MS))
    samples.push(performance.now() - startedAt)
  }
  return toLatencies(samples)
}

async function measure(folder: string): Promise<{ samples: number[]; errors: number; limit: Latencies }> {
  const log = createLog({ name: 'bench', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const engine = await startEngineProcess(join(folder, 'ch'))
  if (engine.place.kind === 'absent') throw new Error(`the engine did not start: ${engine.place.reason}`)
  const postgres = createPostgres({ ...server.connection, maxConnections: 12 })
  const warehouse = createWarehouseClient({ url: engine.place.url, ...engine.place.owner })
  const loader = createLoader({ postgres, warehouse, log, now: () => new Date() })
  try {
    await migrate(postgres, [resolve(import.meta.dirname, '../..')])
    await applyWarehouseDdl(warehouse)
    await ensureEntryTables(warehouse, DOMAIN)
    const limit = await measureLimit(warehouse)
    const running = loader.run()
    const committed = new Map<string, number>()
    let isOver = false
    const watching = watch(warehouse, committed, () => isOver)
    const errors = await submit(postgres, committed)
    isOver = true
    const samples = await watching
    await loader.close()
    await running
    return { samples, errors, limit }
  } finally {
    await loader.close()
    await warehouse.close()
    await postgres.close()
    await engine.close()
    await server.stop()
  }
}

const folder = await mkdtemp(join(tmpdir(), 'casehouse-freshness-'))
await chmod(folder, 0o711)
try {
  const { samples, errors, limit } = await measure(folder)
  const { p50, p99 } = toLatencies(samples)
  const figure = {
    bench: 'freshness',
    figure: p99,
    unit: 'ms p99 committed to visible',
    p50_ms: p50,
    p99_ms: p99,
    errors,
    limit: limit.p99,
    ratio: Math.round((p99 / limit.p99) * 100) / 100,
    goal: GOAL_P99_MS,
    met: p99 < GOAL_P99_MS && errors === 0 && samples.length === RATE * SECONDS,
  }
  if (values.json) console.log(JSON.stringify(figure))
  else {
    console.log(
      `freshness at ${RATE} forms/s for ${SECONDS} s: p50 ${p50} ms, p99 ${p99} ms, ${errors} errors`,
    )
    console.log(
      `  straight into the engine: p50 ${limit.p50} ms, p99 ${limit.p99} ms; ours is ${figure.ratio} times that`,
    )
    console.log(`  goal: p99 under ${GOAL_P99_MS} ms ${figure.met ? 'met' : 'not met'}`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
