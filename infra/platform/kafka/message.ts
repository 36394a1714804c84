/** An event of the outbox as a Kafka message, and back. Pure. */
import type { IHeaders, KafkaMessage, Message } from 'kafkajs'
import type { FeedEvent, FeedPosition, Topic } from '../contract.ts'
import { readTraceparent } from '../tracing/traceparent.ts'

/** An event with the database that it came from: positions of different databases do not compare. */
export interface SourcedEvent {
  readonly event: FeedEvent
  readonly source: string
  readonly offset: string
}

/**
 * Key: the id whose order matters. Value: the payload as it is. Headers: `domain`, `occurred_at` (UTC, ISO 8601), `position` (`xid.seq` in
 * the outbox) and `source` (the database), by which a reader recognises what is published again; `traceparent` of a form that is followed.
 */
export function toMessage(event: FeedEvent, source: string): Message {
  const traceparent = readTraceparent(event)
  return {
    key: event.eventKey,
    value: event.payload,
    timestamp: String(event.createdAt.getTime()),
    headers: {
      domain: event.domain,
      occurred_at: event.createdAt.toISOString(),
      position: `${event.xid}.${event.seq}`,
      source,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
  }
}

const POSITION = /^(\d{1,20})\.(\d{1,19})$/

/** Undefined for a message that the relay has not written. */
export function toSourcedEvent(topic: Topic, message: KafkaMessage): SourcedEvent | undefined {
  const position = POSITION.exec(header(message.headers, 'position') ?? '')
  const [, xid, seq] = position ?? []
  const domain = header(message.headers, 'domain')
  const source = header(message.headers, 'source')
  const createdAt = new Date(header(message.headers, 'occurred_at') ?? '')
  if (xid === undefined || seq === undefined || domain === undefined || source === undefined) return undefined
  if (message.key === null || message.value === null || Number.isNaN(createdAt.getTime())) return undefined
  return {
    source,
    offset: message.offset,
    event: {
      topic,
      domain,
      eventKey: message.key.toString(),
      payload: message.value.toString(),
      xid,
      seq,
      createdAt,
    },
  }
}

function header(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name]
  if (value === undefined || Array.isArray(value)) return undefined
  return value.toString()
}

/** Whether `a` stands behind `b` in the outbox. */
export function isBehind(a: FeedPosition, b: FeedPosition): boolean {
  const [ax, bx] = [BigInt(a.xid), BigInt(b.xid)]
  return ax === bx ? BigInt(a.seq) > BigInt(b.seq) : ax > bx
}
