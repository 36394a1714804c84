/** Where an event stands, and its row as an event. */
import type { FeedEvent, FeedPosition, FeedRange, Topic } from '../contract.ts'

/** Columns of `feed.outbox` in the shape of `EventRow`. */
export const EVENT_COLUMNS =
  'topic, domain, event_key, payload, xid::text as xid, seq::text as seq, created_at'

export interface EventRow {
  readonly topic: string
  readonly domain: string
  readonly event_key: string
  readonly payload: string
  readonly xid: string
  readonly seq: string
  readonly created_at: string
}

export function toFeedEvent(row: EventRow): FeedEvent {
  return {
    // Only our producers write the column, through `appendEvents`, whose type allows nothing else.
    topic: row.topic as Topic,
    domain: row.domain,
    eventKey: row.event_key,
    payload: row.payload,
    xid: row.xid,
    seq: row.seq,
    createdAt: new Date(row.created_at),
  }
}

/** The same ends always give the same token. */
export function toRange(
  consumer: string,
  from: FeedPosition,
  to: FeedPosition,
  events: readonly FeedEvent[],
): FeedRange {
  return { consumer, from, to, events, token: `${from.xid}.${from.seq}-${to.xid}.${to.seq}` }
}
