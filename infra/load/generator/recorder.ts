import { createHistogram, type Histogram } from './histogram.ts'
import type { LoadResult } from './plan.ts'

interface Second {
  completed: number
  failed: number
  dropped: number
  readonly latency: Histogram
}

export interface Recorder {
  /** @param dueMs since the start of the run, as everywhere here */
  started(dueMs: number, beganMs: number): void
  dropped(dueMs: number): void
  completed(dueMs: number, latencyMs: number): void
  failed(dueMs: number, reason: string): void
  request(name: string, latencyMs: number): void
  toldToComeBack(): void
  toResult(ended: { readonly seconds: number; readonly cpuShare: number }): LoadResult
}

/** Counts what becomes of iterations. */
export function createRecorder(): Recorder {
  const latency = createHistogram()
  const lateness = createHistogram()
  const requests = new Map<string, Histogram>()
  const seconds = new Map<number, Second>()
  const errors = new Map<string, number>()
  const total = { started: 0, completed: 0, failed: 0, dropped: 0, retryAfter: 0 }

  function secondOf(dueMs: number): Second {
    const number = Math.floor(dueMs / 1_000)
    const known = seconds.get(number)
    if (known) return known
    const second = { completed: 0, failed: 0, dropped: 0, latency: createHistogram() }
    seconds.set(number, second)
    return second
  }

  return {
    started(dueMs, beganMs) {
      total.started += 1
      lateness.record(beganMs - dueMs)
    },
    dropped(dueMs) {
      total.dropped += 1
      secondOf(dueMs).dropped += 1
    },
    completed(dueMs, latencyMs) {
      total.completed += 1
      latency.record(latencyMs)
      const second = secondOf(dueMs)
      second.completed += 1
      second.latency.record(latencyMs)
    },
    failed(dueMs, reason) {
      total.failed += 1
      secondOf(dueMs).failed += 1
      errors.set(reason, (errors.get(reason) ?? 0) + 1)
    },
    request(name, latencyMs) {
      const histogram = requests.get(name) ?? createHistogram()
      requests.set(name, histogram)
      histogram.record(latencyMs)
    },
    toldToComeBack() {
      total.retryAfter += 1
    },
    toResult: (ended) => ({
      ...total,
      ...ended,
      latency: latency.toPercentiles(),
      lateness: lateness.toPercentiles(),
      requests: Object.fromEntries([...requests].map(([name, each]) => [name, each.toPercentiles()])),
      errors: Object.fromEntries(errors),
      perSecond: [...seconds]
        .map(([second, { latency: each, ...counts }]) => ({
          second,
          ...counts,
          p99: each.percentile(0.99),
        }))
        .sort((a, b) => a.second - b.second),
    }),
  }
}
