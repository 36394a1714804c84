/**
 * How the trace of a form travels with its event: W3C's `traceparent` as the last key of the payload's envelope, so that it passes
 * through the outbox, through Kafka and through parking without a column of its own, and is found without reading the payload.
 */
import type { FeedEvent } from '../contract.ts'

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/
const BEFORE = ',"trace":"'
const BEHIND = '"}'
const VALUE_CHARS = 55
const TAIL_CHARS = BEFORE.length + VALUE_CHARS + BEHIND.length

/** Of a span that is followed; ids in lower-case hexadecimal. */
export interface TraceRef {
  readonly traceId: string
  readonly spanId: string
}

export function toTraceparent({ traceId, spanId }: TraceRef): string {
  return `00-${traceId}-${spanId}-01`
}

/** Undefined for anything but a sampled span in the form that `toTraceparent` gives. */
export function parseTraceparent(text: string | undefined): TraceRef | undefined {
  const [, traceId, spanId] = TRACEPARENT.exec(text ?? '') ?? []
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId }
}

/** @param payload a JSON object that is not empty */
export function appendTraceparent(payload: string, traceparent: string): string {
  return `${payload.slice(0, -1)}${BEFORE}${traceparent}${BEHIND}`
}

/** Looks at the last bytes alone. Nothing that a person typed stands there: an envelope ends with a key of ours. */
export function readTraceparent(event: Pick<FeedEvent, 'payload' | 'payloadBytes'>): string | undefined {
  const { payloadBytes } = event
  const tail =
    payloadBytes === undefined
      ? event.payload.slice(-TAIL_CHARS)
      : Buffer.from(payloadBytes.buffer, payloadBytes.byteOffset, payloadBytes.byteLength)
          .subarray(-TAIL_CHARS)
          .toString('latin1')
  if (!tail.startsWith(BEFORE)) return undefined
  const value = tail.slice(BEFORE.length, -BEHIND.length)
  return parseTraceparent(value) === undefined ? undefined : value
}
