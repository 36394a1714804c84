import { Problem, type Metrics } from '#infra/platform/index.ts'
import type { LaneLoad } from './lane.ts'
import type { SubmissionResult } from './submission.ts'

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
  if (!(error instanceof Problem)) return 'error'
  if (error.code === 'INGEST_LANE_FULL') return 'lane_full'
  return error.kind === 'unavailable' ? 'unavailable' : 'error'
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
  const forms = metrics.gauge('ingest_lane_forms', 'Forms in the lane that are not answered.')
  const bytes = metrics.gauge('ingest_lane_bytes', 'Bytes of these forms and their files.')
  const oldest = metrics.gauge('ingest_oldest_seconds', 'Age of the oldest form that is not answered.')
  metrics.beforeRead(() => {
    const now = load()
    waiting.set(now.waiting)
    running.set(now.running)
    forms.set(now.forms)
    bytes.set(now.bytes)
    oldest.set(underWay().oldestSeconds)
  })
}
