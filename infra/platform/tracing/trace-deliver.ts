import type { Deliver, FeedRange } from '../contract.ts'
import { readTraceparent } from './traceparent.ts'
import { nowMs } from './now-ms.ts'
import type { InstantMs, Tracing } from './tracing.ts'

/** Of one range; more say nothing more about it. */
const MOST_FOLLOWED = 64

/** A form of a range that is followed, and since when its event has been in the outbox. */
interface Followed {
  readonly traceparent: string
  readonly createdMs: InstantMs
}

function findFollowed({ events }: FeedRange): readonly Followed[] {
  const followed: Followed[] = []
  for (const event of events) {
    if (event.topic !== 'form-events.v1') continue
    const traceparent = readTraceparent(event)
    if (traceparent !== undefined) followed.push({ traceparent, createdMs: event.createdAt.getTime() })
    if (followed.length >= MOST_FOLLOWED) break
  }
  return followed
}

/** Called by `deliver` when a part of the work is done: everything since the part before is this step. */
export type Mark = (step: string) => void

/**
 * Tells the traces of forms how they came through a consumer: `feed wait` until their range began, then the steps that `deliver` marks,
 * or the one step `name` where it marks none; and the range as a trace of its own, linked to them. Without `tracing`, `deliver` itself.
 */
export function traceDeliver(
  tracing: Tracing | undefined,
  name: string,
  deliver: (range: FeedRange, mark: Mark) => ReturnType<Deliver>,
): Deliver {
  if (tracing === undefined) return async (range) => deliver(range, () => undefined)
  return async (range) => {
    const steps: { readonly step: string; readonly startMs: InstantMs; readonly endMs: InstantMs }[] = []
    const startMs = nowMs()
    const mark = (step: string): void => {
      steps.push({ step, startMs: steps.at(-1)?.endMs ?? startMs, endMs: nowMs() })
    }
    const parked = await deliver(range, mark)
    if (steps.length === 0) mark(name)
    const followed = findFollowed(range)
    if (followed.length === 0) return parked
    const facts = { consumer: range.consumer, events: range.events.length, range: range.token }
    for (const { traceparent, createdMs } of followed) {
      tracing.step(traceparent, 'feed wait', [createdMs, startMs], facts)
      for (const { step, startMs: from, endMs } of steps)
        tracing.step(traceparent, step, [from, endMs], facts)
    }
    tracing.work(
      name,
      [startMs, nowMs()],
      followed.map(({ traceparent }) => traceparent),
      facts,
    )
    return parked
  }
}
