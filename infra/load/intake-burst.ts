/**
 * `npm run bench -- intake-burst`: forms at a steady rate on the whole platform, then ten times as many for a minute, then the
 * steady rate again. What is too much must be refused with a word when to come back; what was acknowledged must be there
 * afterwards, each form once, in Postgres and in the warehouse; and the receiver must soon be as quick as before. The limit is
 * what goes through the same platform when each of 64 connections waits for its answer: ours is what was taken in the burst.
 */
import { untilDrained } from './bench/drained.ts'
import { startLoadPlatform, type LoadPlatform } from './bench/load-platform.ts'
import { readOptions } from './bench/options.ts'
import { toClosedPlan, toNewSeed, toOpenPlan } from './bench/plans.ts'
import { report, rounded, say, warnOfGenerator, type Row } from './bench/report.ts'
import { recount, type Recount } from './burst/recount.ts'
import { findRecovery, toWellMs } from './burst/recovery.ts'
import type { LoadPlan, LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'

const about = {
  name: 'intake-burst',
  summary: 'ten times the forms for a minute: shed, nothing lost, soon well again',
}
const options = readOptions(about, {
  rate: { default: 150, help: 'forms a second before and after' },
  factor: { default: 10, help: 'times as many in the burst' },
  seconds: { default: 60, help: 'length of the burst' },
  before: { default: 15, help: 'seconds before it' },
  after: { default: 45, help: 'seconds after it' },
  limits: { default: 'laptop', help: 'rate limits of the platform: off, laptop, reference' },
})
const GOAL_SECONDS = 30
const LIMIT_SECONDS = 8
const LIMIT_CONNECTIONS = 64
/** Each phone has a connection of its own, and gives up only when it has no answer for long. */
const CONNECTIONS = 2_000
const MAX_IN_FLIGHT = 20_000
const SHED = /: status (429|503) /

interface Measured extends Recount {
  readonly load: LoadResult
  readonly perSecondAtMost: number
  readonly acknowledged: number
  readonly drainedSeconds: number
}

function toBurstPlan(start: Parameters<typeof toOpenPlan>[0]): LoadPlan {
  const { rate, factor, before, seconds, after } = options
  const stages = [
    { target: rate, seconds: before },
    { target: rate * factor, seconds: 0 },
    { target: rate * factor, seconds },
    { target: rate, seconds: 0 },
    { target: rate, seconds: after },
  ]
  const plan = toOpenPlan({ ...start, connections: CONNECTIONS, tellEvery: 1 }, { startRate: rate, stages })
  return plan.model.kind === 'open' ? { ...plan, model: { ...plan.model, maxInFlight: MAX_IN_FLIGHT } } : plan
}

async function measure(platform: LoadPlatform): Promise<Measured> {
  const { url, domains, authorization } = platform
  const seed = toNewSeed(new Date())
  const toStart = (run: number) => ({
    url,
    scenario: 'submit-cases',
    target: { domains, authorization, seed: seed + run },
    connections: LIMIT_CONNECTIONS,
  })
  say('what goes through at most …')
  const most = await generate(toClosedPlan(toStart(0), LIMIT_SECONDS))
  await untilDrained(platform)
  say(`${options.rate}/s, then ${options.factor} times that for ${options.seconds} s …`)
  const acknowledged: string[] = []
  const load = await generate(toBurstPlan(toStart(1)), (forms) =>
    acknowledged.push(...forms.map(({ formId }) => formId)),
  )
  const drainedSeconds = await untilDrained(platform)
  const counted = await recount(platform, acknowledged)
  const perSecondAtMost = most.completed / most.seconds
  return { load, perSecondAtMost, acknowledged: acknowledged.length, drainedSeconds, ...counted }
}

/** What became of the forms that were due in a stretch of seconds. */
function toRow(what: string, { perSecond }: LoadResult, from: number, to: number): Row {
  const within = perSecond.filter(({ second }) => second >= from && second < to)
  const sum = (pick: (second: (typeof within)[number]) => number) =>
    within.reduce((total, second) => total + pick(second), 0)
  const p99s = within.filter(({ completed }) => completed > 0).map(({ p99 }) => p99)
  return {
    what,
    'taken/s': rounded(sum(({ completed }) => completed) / (to - from)),
    'refused/s': rounded(sum(({ failed }) => failed) / (to - from)),
    'worst p99 ms': p99s.length === 0 ? null : rounded(Math.max(...p99s)),
    dropped: sum(({ dropped }) => dropped),
  }
}

function print({
  load,
  perSecondAtMost,
  acknowledged,
  drainedSeconds,
  lost,
  warehouseOff,
  kept,
}: Measured): void {
  warnOfGenerator(load)
  const burstEndsAt = options.before + options.seconds
  const wellMs = toWellMs(load.perSecond, options.before)
  const recovery = findRecovery(load.perSecond, burstEndsAt, wellMs) ?? null
  const entries = Object.entries(load.errors)
  const shed = entries.filter(([reason]) => SHED.test(reason)).reduce((sum, [, count]) => sum + count, 0)
  const others = load.failed - shed + load.dropped
  const isKept = lost === 0 && warehouseOff === 0
  const rows = [
    toRow('before', load, 0, options.before),
    toRow('burst', load, options.before, burstEndsAt),
    toRow('after', load, burstEndsAt, burstEndsAt + options.after),
  ]
  report(
    {
      bench: 'intake-burst',
      figure: Number(rows[1]?.['taken/s']),
      unit: 'forms/s taken in the burst',
      limit: rounded(perSecondAtMost),
      limit_is: 'what goes through 64 connections that wait',
      goals: [
        {
          value: GOAL_SECONDS,
          text: `nothing acknowledged is lost, the excess is told when to come back, well again in < ${GOAL_SECONDS} s`,
          met:
            isKept &&
            others === 0 &&
            load.retryAfter === shed &&
            recovery !== null &&
            recovery < GOAL_SECONDS,
        },
      ],
      more: {
        rate: options.rate,
        burst_rate: options.rate * options.factor,
        seconds: options.seconds,
        acknowledged,
        kept,
        lost,
        warehouse_off: warehouseOff,
        shed,
        told_to_come_back: load.retryAfter,
        other_errors: others,
        recovery_seconds: recovery,
        well_ms: rounded(wellMs),
        drained_seconds: rounded(drainedSeconds),
        errors: load.errors,
      },
    },
    { json: options.json, rows },
  )
  if (options.json) return
  say(`acknowledged ${acknowledged}, lost ${lost}; warehouse off by ${warehouseOff} of ${kept}`)
  say(`shed ${shed}, of these told when to come back ${load.retryAfter}; ${JSON.stringify(load.errors)}`)
  say(
    `well again (p99 < ${rounded(wellMs)} ms) after ${recovery ?? 'more than was measured'} s, warehouse level after ${rounded(drainedSeconds)} s more`,
  )
}

const platform = await startLoadPlatform({ limits: options.limits })
await measure(platform)
  .then(print)
  .finally(() => platform.stop())
