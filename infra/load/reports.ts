/**
 * `npm run bench -- reports`: how long the pages of a domain with a million forms and a million cases in three versions take, from
 * the query functions down, by the reader's login, over HTTP. The limit beside each is a plain scan of the columns that the page
 * needs, measured in the same rounds.
 */
import { join } from 'node:path'
import { createWarehouseClient, type WarehouseClient } from '#infra/platform/index.ts'
import { applyWarehouseDdl, createWarehouseQueries, ensureEntryTables } from '#warehouse/index.ts'
import { startEngineProcess } from '../harness/engine-process.ts'
import { readOptions } from './bench/options.ts'
import { rounded, say } from './bench/report.ts'
import { withFolder } from './bench/with-folder.ts'
import { createHistogram, type Percentiles } from './generator/histogram.ts'
import { DOMAIN, ENDS_AT, fillWarehouse } from './reports/fill.ts'
import { measuredPages, type MeasuredPage } from './reports/pages.ts'

const about = { name: 'reports', summary: 'how long pages over a million forms take, beside a plain scan' }
const options = readOptions(about, {
  rows: { default: 1_000_000, help: 'forms, and cases' },
  rounds: { default: 15, help: 'of each page and its scan, in turn' },
})
const FILL_TIMEOUT_MS = 600_000

interface Measured {
  readonly page: MeasuredPage
  readonly ours: Percentiles
  readonly limit: Percentiles
  readonly errors: number
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
  const [ours, limit] = [createHistogram(), createHistogram()]
  let errors = 0
  for (let round = 0; round < options.rounds; round += 1) {
    limit.record(await time(scanAll))
    await time(page.ask).then(ours.record, () => (errors += 1))
  }
  return { page, ours: ours.toPercentiles(), limit: limit.toPercentiles(), errors }
}

function print({ page, ours, limit, errors }: Measured): void {
  const [p50, p99, scan] = [rounded(ours.p50), rounded(ours.p99), rounded(limit.p50)]
  const ratio = rounded(p50 / scan, 2)
  const met = p50 < page.goalMs && errors === 0
  if (options.json) {
    const figure = { bench: `reports: ${page.name}`, figure: p50, unit: 'ms p50', p50_ms: p50, p99_ms: p99 }
    console.log(JSON.stringify({ ...figure, errors, limit: scan, ratio, goal: page.goalMs, met }))
    return
  }
  const columns = [
    page.name.padEnd(38),
    `p50 ${String(p50).padStart(7)} ms`,
    `p99 ${String(p99).padStart(7)} ms`,
    `scan ${String(scan).padStart(6)} ms`,
    `× ${String(ratio).padStart(5)}`,
    `goal ${page.goalMs} ms ${met ? 'met' : 'not met'}`,
  ]
  console.log(columns.join('  '))
}

await withFolder('reports', async (folder) => {
  const engine = await startEngineProcess(join(folder, 'ch'))
  try {
    if (engine.place.kind === 'absent') throw new Error(`the engine did not start: ${engine.place.reason}`)
    const { url, owner, reader } = engine.place
    const filler = createWarehouseClient({ url, ...owner, requestTimeoutMs: FILL_TIMEOUT_MS })
    const warehouse = createWarehouseClient({ url, ...reader })
    await applyWarehouseDdl(filler)
    await ensureEntryTables(filler, DOMAIN)
    await fillWarehouse(filler, { forms: options.rows, cases: options.rows }, say)
    const queries = createWarehouseQueries({ warehouse, now: () => ENDS_AT })
    for (const page of await measuredPages(queries)) print(await measurePage(warehouse, page))
    await warehouse.close()
    await filler.close()
  } finally {
    await engine.close()
  }
})
