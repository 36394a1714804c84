/**
 * `npm run bench -- reports [--json] [--rows N] [--rounds N]`: how long the pages of a domain with a million forms and a
 * million cases in three versions take, from the query functions down, by the reader's login, over HTTP. The limit beside
 * each is a plain scan of the columns that the page needs, measured in the same rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createWarehouseClient, type WarehouseClient } from '#infra/platform/index.ts'
import { applyWarehouseDdl, createWarehouseQueries, ensureEntryTables } from '#warehouse/index.ts'
import { startEngineProcess } from '../harness/engine-process.ts'
import { DOMAIN, ENDS_AT, fillWarehouse } from './reports/fill.ts'
import { measuredPages, type MeasuredPage } from './reports/pages.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '15' },
  },
})
const ROWS = Number(values.rows)
const ROUNDS = Number(values.rounds)
const FILL_TIMEOUT_MS = 600_000

interface Latencies {
  readonly p50: number
  readonly p99: number
}

interface Measured {
  readonly page: MeasuredPage
  readonly ours: Latencies
  readonly limit: Latencies
  readonly errors: number
}

function toLatencies(samples: readonly number[]): Latencies {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN) * 10) /
    10
  return { p50: at(0.5), p99: at(0.99) }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** The page and its limit take turns, so that both see the same machine. */
async function measurePage(warehouse: WarehouseClient, page: MeasuredPage): Promise<Measured> {
  const scanAll = async () => {
    for (const query of page.scans) await (await warehouse.query({ query, format: 'JSON' })).text()
  }
  await Promise.all([page.ask(), scanAll()])
  const ours: number[] = []
  const limit: number[] = []
  let errors = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    limit.push(await time(scanAll))
    await time(page.ask).then(
      (ms) => ours.push(ms),
      () => (errors += 1),
    )
  }
  return { page, ours: toLatencies(ours), limit: toLatencies(limit), errors }
}

function print({ page, ours, limit, errors }: Measured): void {
  const ratio = Math.round((ours.p50 / limit.p50) * 100) / 100
  const met = ours.p50 < page.goalMs && errors === 0
  if (values.json) {
    const figure = {
      bench: `reports: ${page.name}`,
      figure: ours.p50,
      unit: 'ms p50',
      p50_ms: ours.p50,
      p99_ms: ours.p99,
    }
    console.log(JSON.stringify({ ...figure, errors, limit: limit.p50, ratio, goal: page.goalMs, met }))
    return
  }
  const columns = [
    page.name.padEnd(38),
    `p50 ${String(ours.p50).padStart(7)} ms`,
    `p99 ${String(ours.p99).padStart(7)} ms`,
    `scan ${String(limit.p50).padStart(6)} ms`,
    `× ${String(ratio).padStart(5)}`,
    `goal ${page.goalMs} ms ${met ? 'met' : 'not met'}`,
  ]
  console.log(columns.join('  '))
}

const folder = await mkdtemp(join(tmpdir(), 'casehouse-reports-'))
const engine = await startEngineProcess(join(folder, 'ch'))
try {
  if (engine.place.kind === 'absent') throw new Error(`the engine did not start: ${engine.place.reason}`)
  const { url, owner, reader } = engine.place
  const filler = createWarehouseClient({ url, ...owner, requestTimeoutMs: FILL_TIMEOUT_MS })
  const warehouse = createWarehouseClient({ url, ...reader })
  await applyWarehouseDdl(filler)
  await ensureEntryTables(filler, DOMAIN)
  await fillWarehouse(filler, { forms: ROWS, cases: ROWS }, (line) => console.error(line))
  const queries = createWarehouseQueries({ warehouse, now: () => ENDS_AT })
  for (const page of await measuredPages(queries)) print(await measurePage(warehouse, page))
  await warehouse.close()
  await filler.close()
} finally {
  await engine.close()
  await rm(folder, { recursive: true, force: true })
}
