/**
 * `npm run bench -- fairness`: what a project space feels when another posts ten times its share. The calm one posts at its
 * share throughout; its 99th percentile while the noisy one keeps to its own share is the limit, and while the noisy one posts
 * at ten times that is the figure. Beside it: the calm one alone, and the same with no rates, where only turns in the lane help.
 */
import { readOptions } from './bench/options.ts'
import { toConstantPlan, toNewSeed } from './bench/plans.ts'
import { report, rounded, say, warnOfGenerator, type Row } from './bench/report.ts'
import { withFolder } from './bench/with-folder.ts'
import { CALM, NOISY, withFairnessPlace, type FairnessPlace } from './fairness/place.ts'
import type { LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'

const about = {
  name: 'fairness',
  summary: 'what a project space feels when another posts ten times its share',
}
const options = readOptions(about, {
  share: { default: 40, help: 'forms a second that each project space is due' },
  times: { default: 10, help: 'of its share that the noisy one posts' },
  seconds: { default: 20, help: 'length of each measurement' },
  rounds: { default: 3, help: 'of all measurements, in turn; the median counts' },
})
/** How much slower the calm one may become. */
const GOAL_RATIO = 1.2

const MEASUREMENTS = {
  alone: { rates: true, noisy: 0 },
  'both at their share': { rates: true, noisy: 1 },
  'the other at ten times': { rates: true, noisy: options.times },
  'the other at ten times, no rates': { rates: false, noisy: options.times },
} as const
type Measurement = keyof typeof MEASUREMENTS
const NAMES = Object.keys(MEASUREMENTS) as Measurement[] // the keys of the constant above

interface Measured {
  readonly calm: LoadResult
  readonly noisy: LoadResult | null
}

async function measure(place: FairnessPlace, name: Measurement, seed: number): Promise<Measured> {
  const { rates, noisy } = MEASUREMENTS[name]
  const { url } = rates ? place.withRates : place.withoutRates
  const run = (domain: string, rate: number, ownSeed: number): Promise<LoadResult> => {
    const target = { domains: [domain], authorization: null, seed: ownSeed }
    return generate(toConstantPlan({ url, scenario: 'submit-cases', target }, rate, options.seconds))
  }
  const [ofCalm, ofNoisy] = await Promise.all([
    run(CALM, options.share, seed),
    noisy === 0 ? null : run(NOISY, options.share * noisy, seed + 1),
  ])
  for (const result of [ofCalm, ofNoisy]) if (result) warnOfGenerator(result)
  return { calm: ofCalm, noisy: ofNoisy }
}

async function measureAll(place: FairnessPlace): Promise<Readonly<Record<Measurement, Measured>>> {
  const all = new Map<Measurement, Measured[]>(NAMES.map((name) => [name, []]))
  let seed = toNewSeed(new Date())
  for (let round = 1; round <= options.rounds; round += 1)
    for (const name of NAMES) {
      say(`round ${round}, ${name} …`)
      all.get(name)?.push(await measure(place, name, (seed += 2)))
    }
  const medians = [...all].map(([name, measured]) => [name, medianOf(measured)] as const)
  return Object.fromEntries(medians) as Record<Measurement, Measured> // every name has its median
}

function medianOf(measured: readonly Measured[]): Measured {
  const sorted = measured.toSorted((a, b) => a.calm.latency.p99 - b.calm.latency.p99)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('nothing was measured')
  return middle
}

function toRow(what: Measurement, { calm, noisy }: Measured): Row {
  return {
    what,
    'calm p50 ms': rounded(calm.latency.p50),
    'calm p99 ms': rounded(calm.latency.p99),
    'calm failed': calm.failed + calm.dropped,
    'noisy forms/s': noisy && rounded(noisy.completed / noisy.seconds),
    'noisy p99 ms': noisy && rounded(noisy.latency.p99),
    'noisy told to come back': noisy && noisy.retryAfter,
    'noisy failed otherwise': noisy && noisy.failed + noisy.dropped - noisy.retryAfter,
  }
}

function print(measured: Readonly<Record<Measurement, Measured>>): void {
  const p99 = (name: Measurement): number => measured[name].calm.latency.p99
  const [limit, figure] = [p99('both at their share'), p99('the other at ten times')]
  const errors = NAMES.reduce(
    (sum, name) => sum + measured[name].calm.failed + measured[name].calm.dropped,
    0,
  )
  report(
    {
      bench: 'fairness',
      figure: rounded(figure),
      unit: `ms, p99 of a calm project space beside one at ${options.times} times its share`,
      limit: rounded(limit),
      limit_is: 'the same beside one at its share',
      goals: [
        {
          value: rounded(limit * GOAL_RATIO),
          text: 'raised by 20 % at most, and nothing of the calm one refused',
          met: figure <= limit * GOAL_RATIO && errors === 0,
        },
      ],
      more: {
        share: options.share,
        calm_alone_p99_ms: rounded(p99('alone')),
        calm_p99_ms_without_rates: rounded(p99('the other at ten times, no rates')),
        noisy_told_to_come_back: measured['the other at ten times'].noisy?.retryAfter ?? 0,
        errors,
      },
    },
    { json: options.json, rows: NAMES.map((name) => toRow(name, measured[name])) },
  )
}

await withFolder('bench', async (folder) => print(await withFairnessPlace(folder, options.share, measureAll)))
