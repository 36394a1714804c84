import type { Exchange } from '../scenarios/port.ts'
import { runIteration, type IterationOptions } from './run-iteration.ts'

export interface ClosedRun extends IterationOptions {
  readonly lanes: number
  readonly lengthMs: number
  readonly begin: (index: number) => Exchange
}

/** Each lane begins the next iteration when its last is over: finds how much goes through at most, and says nothing of latency. */
export async function runClosed({ lanes, lengthMs, begin, ...options }: ClosedRun): Promise<void> {
  const { nowMs, recorder } = options
  let index = 0
  const lane = async (): Promise<void> => {
    while (nowMs() < lengthMs) {
      const number = index
      index += 1
      const dueMs = nowMs()
      recorder.started(dueMs, dueMs)
      await runIteration(() => begin(number), dueMs, options)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
