/**
 * `npm run bench -- memory`: what all processes of the platform hold, of pages that they share each its share (PSS): a while after
 * the start, and while forms come at 500 a second for some minutes. The limit is as many Node processes that do nothing.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilDrained } from './bench/drained.ts'
import { startLoadPlatform, type LoadPlatform } from './bench/load-platform.ts'
import { readOptions } from './bench/options.ts'
import { toConstantPlan, toNewSeed } from './bench/plans.ts'
import { measureTree, sumOf, type ProcessCost } from './bench/process-tree.ts'
import { report, rounded, say, warnOfGenerator } from './bench/report.ts'
import type { LoadResult } from './generator/plan.ts'
import { generate } from './generator/start-generator.ts'

const about = { name: 'memory', summary: 'memory of all processes, idle and at 500 forms/s' }
const options = readOptions(about, {
  rate: { default: 500, help: 'forms a second' },
  seconds: { default: 180, help: 'how long' },
  idle: { default: 60, help: 'seconds without work before the first figure' },
})
const SAMPLE_EVERY_MS = 5_000
const MIB = 1_048_576
const GOALS_MIB = { idle: 1_024, load: 2_048, next: 600 } as const

interface Measured {
  readonly idle: readonly ProcessCost[]
  /** Of the samples under load the one with the most. */
  readonly most: readonly ProcessCost[]
  readonly after: readonly ProcessCost[]
  readonly load: LoadResult
  readonly bareNodeBytes: number
}

const totalOf = (costs: readonly ProcessCost[]): number => sumOf(costs.map(({ pssBytes }) => pssBytes))
const nodesOf = (costs: readonly ProcessCost[]): number =>
  sumOf(costs.filter(({ name }) => name !== 'postgres').map(({ count }) => count))

/** A Node process that does nothing. */
async function measureBareNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6); console.log("up")'])
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  await sleep(1_000)
  const bytes = totalOf(measureTree(child.pid ?? 0))
  child.kill()
  await exited
  return bytes
}

async function measure(platform: LoadPlatform): Promise<Measured> {
  const { url, domains, authorization, pid } = platform
  say(`idle for ${options.idle} s …`)
  await sleep(options.idle * 1_000)
  const idle = measureTree(pid)
  const bareNodeBytes = await measureBareNode()
  say(`${options.rate} forms/s for ${options.seconds} s …`)
  let most = idle
  const sampling = setInterval(() => {
    const sample = measureTree(pid)
    if (totalOf(sample) > totalOf(most)) most = sample
  }, SAMPLE_EVERY_MS)
  const target = { domains, authorization, seed: toNewSeed(new Date()) }
  const start = { url, scenario: 'submit-cases', target }
  const load = await generate(toConstantPlan(start, options.rate, options.seconds)).finally(() =>
    clearInterval(sampling),
  )
  await untilDrained(platform)
  return { idle, most, after: measureTree(pid), load, bareNodeBytes }
}

function print({ idle, most, after, load, bareNodeBytes }: Measured): void {
  warnOfGenerator(load)
  const toMib = (bytes: number): number => Math.round(bytes / MIB)
  const [idleMib, mostMib] = [toMib(totalOf(idle)), toMib(totalOf(most))]
  const errors = load.failed + load.dropped
  const { idle: goalIdle, load: goalLoad, next } = GOALS_MIB
  const at = `at ${options.rate} forms/s`
  const find = (costs: readonly ProcessCost[], name: string): number =>
    toMib(costs.find((cost) => cost.name === name)?.pssBytes ?? 0)
  report(
    {
      bench: 'memory',
      figure: mostMib,
      unit: `MiB of PSS ${at}, the most`,
      limit: toMib(bareNodeBytes * nodesOf(idle)),
      limit_is: `${nodesOf(idle)} Node processes that do nothing`,
      goals: [
        { value: goalLoad, text: `< ${goalLoad} MiB ${at}`, met: mostMib < goalLoad && errors === 0 },
        { value: goalIdle, text: `< ${goalIdle} MiB idle (${idleMib})`, met: idleMib < goalIdle },
        { value: next, text: `< ${next} MiB both`, met: mostMib < next && idleMib < next && errors === 0 },
      ],
      more: {
        idle_mib: idleMib,
        after_mib: toMib(totalOf(after)),
        rate: options.rate,
        taken_per_second: rounded(load.completed / load.seconds),
        seconds: options.seconds,
        errors,
      },
    },
    {
      json: options.json,
      rows: [
        ...most.map(({ name, count }) => ({
          process: name,
          count,
          'idle MiB': find(idle, name),
          'at the most MiB': find(most, name),
          'after MiB': find(after, name),
        })),
        {
          process: 'all',
          count: sumOf(most.map(({ count }) => count)),
          'idle MiB': idleMib,
          'at the most MiB': mostMib,
          'after MiB': toMib(totalOf(after)),
        },
      ],
    },
  )
  if (errors > 0) say(`failed ${load.failed}, dropped ${load.dropped} ${JSON.stringify(load.errors)}`)
}

const platform = await startLoadPlatform()
await measure(platform)
  .then(print)
  .finally(() => platform.stop())
