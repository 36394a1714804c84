import { Problem, type Metrics } from '#infra/platform/index.ts'
import type { SubmissionResult } from './submission.ts'

/** How much the lane holds right now. */
export interface LaneLoad {
  readonly waiting: number
  /** Transactions under way. */
  readonly running: number
}

type Submit = () => Promise<SubmissionResult>

function outcomeOf(error: unknown): string {
  return error instanceof Problem && error.kind === 'unavailable' ? 'unavailable' : 'error'
}

/** Counts forms by outcome, with the time from the parsed request to the commit; shows how full the lane is. */
export function measureIngest(metrics: Metrics | undefined, load: () => LaneLoad) {
  if (metrics === undefined) return async (submit: Submit): Promise<SubmissionResult> => submit()
  const forms = metrics.counter('ingest_forms_total', 'Forms, by what became of them.', ['outcome'])
  const seconds = metrics.histogram(
    'ingest_submit_seconds',
    'Time from the body read to the answer, the commit included.',
  )
  const waiting = metrics.gauge('ingest_lane_waiting', 'Forms that wait for their transaction to begin.')
  const running = metrics.gauge('ingest_lane_running', 'Transactions of the lane under way.')
  metrics.beforeRead(() => {
    const now = load()
    waiting.set(now.waiting)
    running.set(now.running)
  })
  return async (submit: Submit): Promise<SubmissionResult> => {
    const startedMs = performance.now()
    try {
      const result = await submit()
      forms.inc({ outcome: result.kind })
      return result
    } catch (error) {
      forms.inc({ outcome: outcomeOf(error) })
      throw error
    } finally {
      seconds.observe((performance.now() - startedMs) / 1_000)
    }
  }
}
