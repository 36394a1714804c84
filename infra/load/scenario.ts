/**
 * `npm run bench -- scenario`: one scenario by our own generator, against a platform started for it or one that is named.
 * The limit is the rate that was asked for: what began on time and went well, of what was due.
 */
import { startLoadPlatform } from './bench/load-platform.ts'
import { readOptions } from './bench/options.ts'
import { toConstantPlan, toNewSeed, toOpenPlan } from './bench/plans.ts'
import { report, rounded, say, warnOfGenerator } from './bench/report.ts'
import { lengthOf } from './generator/arrivals.ts'
import type { LoadPlan, LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'
import { toDayStages } from './scenarios/mixed-day.ts'
import { getScenario, SCENARIOS } from './scenarios/scenarios.ts'

const about = { name: 'scenario', summary: 'one scenario by our own generator' }
const options = readOptions(about, {
  scenario: { default: 'mixed-day', help: SCENARIOS.map(({ name }) => name).join(', ') },
  rate: { default: 20, help: 'iterations a second' },
  seconds: { default: 30, help: 'how long' },
  speed: { default: 0, help: 'runs a day of 10,000 workers that many times as fast, in place of one rate' },
  'p99-ms': { default: 1_000, help: 'the goal' },
  limits: { default: 'off', help: 'rate limits of the platform that is started: off, laptop, reference' },
  url: { default: '', help: 'address of a running platform; without it one is started' },
  domain: { default: '', help: 'its project space' },
  key: { default: '', help: 'a key of that project space, NAME:KEY' },
})

type Place = Pick<LoadPlan, 'url'> & { readonly domains: readonly string[]; readonly authorization: string }

function toPlan({ url, domains, authorization }: Place): LoadPlan {
  const target = { domains, authorization, seed: toNewSeed(new Date()) }
  const start = { url, scenario: options.scenario, target }
  const stages = options.speed === 0 ? [] : toDayStages(options.speed)
  return options.speed === 0
    ? toConstantPlan(start, options.rate, options.seconds)
    : toOpenPlan(start, { startRate: 1, stages })
}

async function run(place: Place): Promise<void> {
  const plan = toPlan(place)
  const seconds = plan.model.kind === 'open' ? lengthOf(plan.model) : options.seconds
  say(`${options.scenario} for ${seconds} s, seed ${plan.target.seed} …`)
  print(await generate(plan), seconds)
}

function print(result: LoadResult, seconds: number): void {
  const { latency, requests, lateness, errors, retryAfter, cpuShare, failed, dropped } = result
  const met = latency.p99 < options['p99-ms'] && failed === 0 && dropped === 0
  const text = `p99 < ${options['p99-ms']} ms, nothing failed, nothing dropped`
  const figure = {
    bench: `scenario ${options.scenario}`,
    figure: rounded(result.completed / seconds),
    unit: 'iterations/s that went well',
    limit: rounded((result.started + dropped) / seconds),
    limit_is: 'what was due',
    goals: [{ value: options['p99-ms'], text, met }],
    more: {
      p50_ms: rounded(latency.p50),
      p99_ms: rounded(latency.p99),
      failed,
      dropped,
      errors,
      retry_after: retryAfter,
      generator_late_p99_ms: rounded(lateness.p99),
      generator_cpu_share: rounded(cpuShare, 2),
    },
  } as const
  const rows = Object.entries(requests).map(([name, each]) => ({
    request: name,
    count: each.count,
    'p50 ms': rounded(each.p50),
    'p99 ms': rounded(each.p99),
    'max ms': rounded(each.max),
  }))
  report(figure, { json: options.json, rows })
  say(`failed ${failed}, dropped ${dropped} ${JSON.stringify(errors)}`)
  warnOfGenerator(result)
}

getScenario(options.scenario)
if (options.url === '') {
  const platform = await startLoadPlatform({ limits: options.limits })
  await run(platform).finally(() => platform.stop())
} else {
  await run({ url: options.url, domains: [options.domain], authorization: `ApiKey ${options.key}` })
}
