/**
 * `npm run bench -- freshness`: how long after its acknowledgement a form is in the answer of a query, on the whole platform,
 * while forms keep coming at one rate whether or not those before are done. One form in ten is watched, by asking every twenty
 * milliseconds. The limit is the least that the engine needs: one form put straight into its table, and seen by the same query.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoadPlatform, type LoadPlatform } from './bench/load-platform.ts'
import { readOptions } from './bench/options.ts'
import { toConstantPlan, toNewSeed } from './bench/plans.ts'
import { cpuBetween, measureTree } from './bench/process-tree.ts'
import { report, rounded, say, warnOfGenerator } from './bench/report.ts'
import { clockMs, findVisible, watchForms } from './freshness/watch.ts'
import { createHistogram, type Percentiles } from './generator/histogram.ts'
import type { LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'

const about = { name: 'freshness', summary: 'from a form acknowledged to a form seen by a query' }
const options = readOptions(about, {
  rate: { default: 500, help: 'forms a second' },
  seconds: { default: 30, help: 'how long' },
  warm: { default: 5, help: 'seconds at half the rate that are not measured' },
  every: { default: 10, help: 'watches every n-th form' },
})
const LIMIT_ROUNDS = 50
const POLL_MS = 1

interface Measured {
  readonly load: LoadResult
  readonly latency: Percentiles
  readonly unseen: number
  readonly limit: Percentiles
  readonly cpuMsPerForm: Readonly<Record<string, number>>
}

async function measureLimit({ engineOwner, warehouse }: LoadPlatform): Promise<Percentiles> {
  const histogram = createHistogram()
  const domain = 'limit'
  for (let round = 0; round < LIMIT_ROUNDS; round += 1) {
    const id = randomUUID()
    const at = new Date().toISOString().replace('T', ' ').replace('Z', '')
    const startedAt = clockMs()
    const row = { domain, form_id: id, version: 1, state: 1, received_at: at, server_modified_at: at }
    const settings = { async_insert: 0 } as const
    await engineOwner.insert({
      table: 'forms',
      values: [row],
      format: 'JSONEachRow',
      clickhouse_settings: settings,
    })
    while ((await findVisible(warehouse, domain, { ids: [id], sinceMs: startedAt - 1_000 })).length === 0)
      await sleep(POLL_MS)
    histogram.record(clockMs() - startedAt)
  }
  return histogram.toPercentiles()
}

async function measure(platform: LoadPlatform): Promise<Measured> {
  const { url, domains, authorization, warehouse, pid } = platform
  const [domain = ''] = domains
  const seed = toNewSeed(new Date())
  const toStart = (run: number) => ({
    url,
    scenario: 'submit-cases',
    target: { domains, authorization, seed: seed + run },
    tellEvery: options.every,
  })
  say('warming up …')
  const warm = watchForms(warehouse, domain)
  await generate(toConstantPlan(toStart(0), options.rate / 2, options.warm), (forms) => warm.add(forms))
  await warm.finish()
  const limit = await measureLimit(platform)
  say(`${options.rate} forms/s for ${options.seconds} s …`)
  const before = measureTree(pid)
  const watch = watchForms(warehouse, domain)
  const plan = toConstantPlan(toStart(1), options.rate, options.seconds)
  const load = await generate(plan, (forms) => watch.add(forms))
  const seen = await watch.finish()
  const cpu = cpuBetween(before, measureTree(pid))
  const cpuMsPerForm = Object.fromEntries(
    Object.entries(cpu).map(([name, ms]) => [name, rounded(ms / load.completed, 3)]),
  )
  return { load, ...seen, limit, cpuMsPerForm }
}

function print({ load, latency, unseen, limit, cpuMsPerForm }: Measured): void {
  warnOfGenerator(load)
  if (load.failed > 0) say(JSON.stringify(load.errors))
  const errors = load.failed + load.dropped + unseen
  const p99 = rounded(latency.p99)
  const toGoal = (value: number) => ({
    value,
    text: `p99 < ${value} ms at ${options.rate} forms/s`,
    met: p99 < value && errors === 0 && latency.count > 0,
  })
  const row = (what: string, each: Percentiles) => ({
    what,
    count: each.count,
    'p50 ms': rounded(each.p50),
    'p99 ms': rounded(each.p99),
    'max ms': rounded(each.max),
  })
  report(
    {
      bench: 'freshness',
      figure: p99,
      unit: 'ms p99 acknowledged to visible',
      limit: rounded(limit.p99),
      limit_is: 'one form straight into an engine at rest',
      goals: [toGoal(1_000), toGoal(300)],
      more: {
        rate: options.rate,
        p50_ms: rounded(latency.p50),
        p99_ms: p99,
        acknowledged_p99_ms: rounded(load.latency.p99),
        errors,
        unseen,
        cpu_ms_per_form: cpuMsPerForm,
      },
    },
    {
      json: options.json,
      rows: [
        row('acknowledged to visible', latency),
        row('due to acknowledged', load.latency),
        row('straight into the engine', limit),
      ],
    },
  )
  if (!options.json) console.table([{ 'CPU ms/form': 'of each process', ...cpuMsPerForm }])
}

const platform = await startLoadPlatform()
await measure(platform)
  .then(print)
  .finally(() => platform.stop())
