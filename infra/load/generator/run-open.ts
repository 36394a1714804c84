import { setImmediate } from 'node:timers/promises'
import type { Exchange } from '../scenarios/port.ts'
import { runIteration, type IterationOptions } from './run-iteration.ts'

export interface OpenRun extends IterationOptions {
  /** When iterations are due, in milliseconds since the start of the run. */
  readonly arrivals: Iterable<number>
  readonly maxInFlight: number
  readonly sleep: (ms: number) => Promise<unknown>
  readonly begin: (index: number) => Exchange
}

/** Due iterations begun in a row before answers are looked at. */
const STARTS_IN_A_ROW = 16

/**
 * Begins each iteration when it is due, whatever became of those before, and waits for the last. Latency counts from the
 * due instant, so what this process or its connections are late for counts against the figure, never for it.
 */
export async function runOpen({ arrivals, maxInFlight, sleep, begin, ...options }: OpenRun): Promise<void> {
  const { nowMs, recorder } = options
  const inFlight = new Set<Promise<void>>()
  let [index, inARow] = [0, 0]
  for (const dueMs of arrivals) {
    const waitMs = dueMs - nowMs()
    inARow = waitMs > 0 ? 0 : inARow + 1
    if (waitMs > 0) await sleep(Math.ceil(waitMs))
    else if (inARow % STARTS_IN_A_ROW === 0) await setImmediate()
    const number = index
    index += 1
    if (inFlight.size >= maxInFlight) {
      recorder.dropped(dueMs)
      continue
    }
    recorder.started(dueMs, nowMs())
    const iteration = runIteration(() => begin(number), dueMs, options).finally(() =>
      inFlight.delete(iteration),
    )
    inFlight.add(iteration)
  }
  await Promise.all(inFlight)
}
