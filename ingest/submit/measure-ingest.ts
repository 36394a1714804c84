import { Problem, type Metrics } from '#infra/platform/index.ts'
import type { SubmissionResult } from './submission.ts'

/** How much the lane holds right now. */
export interface LaneLoad {
  readonly waiting: number
  /** Transactions under way. */
  readonly running: number
}

/** Forms between the body read and the answer, in this process. */
export interface UnderWay {
  readonly forms: number
  /** Since when the oldest of them has been waiting; 0 for none. */
  readonly oldestSeconds: number
}

export interface MeasuredIngest {
  submit(submit: Submit): Promise<SubmissionResult>
  underWay(): UnderWay
}

type Submit = () => Promise<SubmissionResult>

function outcomeOf(error: unknown): string {
  return error instanceof Problem && error.kind === 'unavailable' ? 'unavailable' : 'error'
}

/** Counts forms by outcome, with the time from the parsed request to the commit; shows how full the lane is, and how old its oldest form. */
export function measureIngest(metrics: Metrics | undefined, load: () => LaneLoad): MeasuredIngest {
  const startsMs = new Set<{ readonly startedMs: number }>()
  const underWay = (): UnderWay => {
    // A set keeps the order in which its members came.
    const [oldest] = startsMs
    const oldestSeconds = oldest === undefined ? 0 : (performance.now() - oldest.startedMs) / 1_000
    return { forms: startsMs.size, oldestSeconds }
  }
  const forms = metrics?.counter('ingest_forms_total', 'Forms, by what became of them.', ['outcome'])
  const seconds = metrics?.histogram(
    'ingest_submit_seconds',
    'Time from the body read to the answer, the commit included.',
  )
  if (metrics) showLane(metrics, load, underWay)
  return {
    underWay,
    async submit(submit) {
      const start = { startedMs: performance.now() }
      startsMs.add(start)
      try {
        const result = await submit()
        forms?.inc({ outcome: result.kind })
        return result
      } catch (error) {
        forms?.inc({ outcome: outcomeOf(error) })
        throw error
      } finally {
        startsMs.delete(start)
        seconds?.observe((performance.now() - start.startedMs) / 1_000)
      }
    },
  }
}

function showLane(metrics: Metrics, load: () => LaneLoad, underWay: () => UnderWay): void {
  const waiting = metrics.gauge('ingest_lane_waiting', 'Forms that wait for their transaction to begin.')
  const running = metrics.gauge('ingest_lane_running', 'Transactions of the lane under way.')
  const oldest = metrics.gauge('ingest_oldest_seconds', 'Age of the oldest form that is not answered.')
  metrics.beforeRead(() => {
    const now = load()
    waiting.set(now.waiting)
    running.set(now.running)
    oldest.set(underWay().oldestSeconds)
  })
}
