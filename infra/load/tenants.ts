/**
 * `npm run bench -- tenants`: what a form costs, from the receiver to the tables of reports, when the same number of forms a second
 * comes from 1, 100 and 1,000 project spaces. All exist in each run, and their tables are made before it; only how many are active
 * changes. CPU is of all processes of the platform, until the warehouse is level. The limit is the cost with one active.
 */
import { untilDrained } from './bench/drained.ts'
import { startLoadPlatform, type LoadPlatform } from './bench/load-platform.ts'
import { readOptions } from './bench/options.ts'
import { toConstantPlan, toNewSeed } from './bench/plans.ts'
import { cpuBetween, measureTree, sumOf } from './bench/process-tree.ts'
import { report, rounded, say, warnOfGenerator } from './bench/report.ts'
import type { LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'

const about = { name: 'tenants', summary: 'cost of a form with 1, 100 and 1,000 active project spaces' }
const options = readOptions(about, {
  rate: { default: 200, help: 'forms a second, from all project spaces together' },
  seconds: { default: 20, help: 'how long with each number' },
  active: { default: '1,100,1000', help: 'how many are active, one run each; the first is the limit' },
})
const ACTIVE = options.active.split(',').map(Number)
/** First forms of new project spaces, for each of which the loader makes tables. */
const FIRST_FORMS_PER_SECOND = 40
const GOAL_RATIO = 2

interface Round {
  readonly active: number
  readonly load: LoadResult
  readonly cpuMsPerForm: number
  readonly cpuByProcess: Readonly<Record<string, number>>
  readonly drainedSeconds: number
}

async function run(platform: LoadPlatform, active: number, seed: number): Promise<Round> {
  const { url, pid } = platform
  const domains = platform.domains.slice(0, active)
  const start = { url, scenario: 'submit-cases', target: { domains, authorization: null, seed } }
  const before = measureTree(pid)
  const load = await generate(toConstantPlan(start, options.rate, options.seconds))
  const drainedSeconds = await untilDrained(platform)
  const cpu = cpuBetween(before, measureTree(pid))
  const cpuByProcess = Object.fromEntries(
    Object.entries(cpu).map(([name, ms]) => [name, rounded(ms / load.completed, 3)]),
  )
  const cpuMsPerForm = sumOf(Object.values(cpu)) / load.completed
  return { active, load, cpuMsPerForm, cpuByProcess, drainedSeconds }
}

async function measure(
  platform: LoadPlatform,
): Promise<{ rounds: readonly Round[]; firstFormSeconds: number }> {
  const seed = toNewSeed(new Date())
  const { url, domains } = platform
  say(`a first form of each of ${domains.length} project spaces …`)
  const startedAt = performance.now()
  const target = { domains, authorization: null, seed }
  const seconds = domains.length / FIRST_FORMS_PER_SECOND
  await generate(toConstantPlan({ url, scenario: 'submit-cases', target }, FIRST_FORMS_PER_SECOND, seconds))
  await untilDrained(platform)
  const firstFormSeconds = (performance.now() - startedAt) / 1_000
  const rounds: Round[] = []
  for (const [index, active] of ACTIVE.entries()) {
    say(`${options.rate} forms/s from ${active} for ${options.seconds} s …`)
    rounds.push(await run(platform, active, seed + index + 1))
  }
  return { rounds, firstFormSeconds }
}

function print({ rounds, firstFormSeconds }: { rounds: readonly Round[]; firstFormSeconds: number }): void {
  const [one, most] = [rounds[0], rounds.at(-1)]
  if (one === undefined || most === undefined) throw new Error('nothing was measured')
  for (const { load } of rounds) warnOfGenerator(load)
  const errors = sumOf(rounds.map(({ load }) => load.failed + load.dropped))
  const ratio = most.cpuMsPerForm / one.cpuMsPerForm
  report(
    {
      bench: 'tenants',
      figure: rounded(most.cpuMsPerForm, 3),
      unit: `CPU ms a form with ${most.active} active project spaces`,
      limit: rounded(one.cpuMsPerForm, 3),
      limit_is: `the cost with ${one.active}`,
      goals: [
        {
          value: rounded(one.cpuMsPerForm * GOAL_RATIO, 3),
          text: `below ${GOAL_RATIO} times the cost with one`,
          met: ratio < GOAL_RATIO && errors === 0,
        },
      ],
      more: {
        rate: options.rate,
        first_forms_seconds: rounded(firstFormSeconds),
        errors,
        rounds: rounds.map(({ active, load, cpuMsPerForm, cpuByProcess, drainedSeconds }) => ({
          active,
          cpu_ms_per_form: rounded(cpuMsPerForm, 3),
          ratio: rounded(cpuMsPerForm / one.cpuMsPerForm, 2),
          p99_ms: rounded(load.latency.p99),
          drained_seconds: rounded(drainedSeconds),
          cpu_by_process: cpuByProcess,
        })),
      },
    },
    {
      json: options.json,
      rows: rounds.map(({ active, load, cpuMsPerForm, cpuByProcess, drainedSeconds }) => ({
        active,
        'CPU ms/form': rounded(cpuMsPerForm, 3),
        ratio: rounded(cpuMsPerForm / one.cpuMsPerForm, 2),
        ...cpuByProcess,
        'p50 ms': rounded(load.latency.p50),
        'p99 ms': rounded(load.latency.p99),
        'level after s': rounded(drainedSeconds),
      })),
    },
  )
  say(`first forms of all, with their tables: ${rounded(firstFormSeconds)} s`)
}

const platform = await startLoadPlatform({ domainCount: Math.max(...ACTIVE) })
await measure(platform)
  .then(print)
  .finally(() => platform.stop())
