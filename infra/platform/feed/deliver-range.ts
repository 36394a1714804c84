/** One range through a store that may be away, or through a consumer that has a fault. Knows nothing of Postgres. */
import type { Deliver, FeedEvent, FeedRange, Log, ParkedEvent } from '../contract.ts'
import { Problem } from '../problem.ts'
import { toRange } from './position.ts'
import { EVENT_BUG } from './problems.ts'

const ATTEMPTS = 3
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

export interface DeliverRangeOptions {
  readonly deliver: Deliver
  readonly log: Log
  /** Waits, or throws when the consumer is to end: the range is then delivered by the next one. */
  readonly pause: (timeoutMs: number) => Promise<void>
}

/**
 * Delivers a range and returns what could not be used. `unavailable` is tried again, with growing pauses, for ever. Any other
 * error is tried three times; then the events go one by one, and those that still throw are parked as `FEED_EVENT_BUG`.
 */
export async function deliverRange(
  range: FeedRange,
  options: DeliverRangeOptions,
): Promise<readonly ParkedEvent[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return await deliverWhenAvailable(range, options)
    } catch (error) {
      if (isUnavailable(error)) throw error
      options.log.error(
        { err: error, consumer: range.consumer, token: range.token, attempt },
        'feed range failed',
      )
      if (attempt < ATTEMPTS) await options.pause(FIRST_PAUSE_MS * attempt)
    }
  }
  return deliverOneByOne(range, options)
}

async function deliverWhenAvailable(
  range: FeedRange,
  { deliver, log, pause }: DeliverRangeOptions,
): Promise<readonly ParkedEvent[]> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await deliver(range)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      log.warn(
        { err: error, consumer: range.consumer, token: range.token, pause_ms: pauseMs },
        'feed delivery waits',
      )
      await pause(pauseMs)
    }
  }
}

async function deliverOneByOne(
  range: FeedRange,
  options: DeliverRangeOptions,
): Promise<readonly ParkedEvent[]> {
  const parked: ParkedEvent[] = []
  let from = range.from
  for (const event of range.events) {
    const to = { xid: event.xid, seq: event.seq }
    parked.push(...(await deliverAlone(toRange(range.consumer, from, to, [event]), event, options)))
    from = to
  }
  return parked
}

async function deliverAlone(
  single: FeedRange,
  event: FeedEvent,
  options: DeliverRangeOptions,
): Promise<readonly ParkedEvent[]> {
  try {
    return await deliverWhenAvailable(single, options)
  } catch (error) {
    if (isUnavailable(error)) throw error
    const { xid, seq, topic, domain } = event
    options.log.error({ err: error, consumer: single.consumer, topic, domain, xid, seq }, 'feed event parked')
    return [{ event, code: EVENT_BUG, reason: toReason(error) }]
  }
}

/** The message of an error that is not ours may quote what a person typed; its name may not. */
function toReason(error: unknown): string {
  if (error instanceof Problem) return `${error.code}: ${error.message}`
  return `The consumer threw ${error instanceof Error ? error.name : typeof error}; its log has the frames.`
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.kind === 'unavailable'
}
