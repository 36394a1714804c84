/** How far the consumers are: for people, for health and for those who want to read what they have just written. */
import type { ConsumerStatus, Postgres } from '../contract.ts'
import { consumerBehind, consumerUnknown } from './problems.ts'
import { readSafeInstant } from './safe-instant.ts'

/** `ConsumerStatus` with what health asks: whether a process holds it. */
export interface ListedConsumer extends ConsumerStatus {
  /** Touched every 2 s while a process runs the consumer. */
  readonly seenAt: Date
}

interface StatusRow {
  readonly name: string
  readonly topics: readonly string[]
  readonly xid: string
  readonly seq: string
  readonly done_through_at: string | null
  readonly delivered_events: number
  readonly waiting_events: number
  readonly parked_events: number
  readonly first_waiting_at: string | null
  readonly now: string
  readonly updated_at: string
}

const STATUS = `
  select c.name, c.topics, c.done_xid::text as xid, c.done_seq::text as seq, c.done_through_at, c.delivered_events,
    w.waiting_events, w.first_waiting_at, p.parked_events, clock_timestamp() as now, c.updated_at
  from feed.consumers c
  cross join lateral (
    select count(*) as waiting_events, min(o.created_at) as first_waiting_at from feed.outbox o
    where (o.xid, o.seq) > (c.done_xid, c.done_seq) and o.topic = any(c.topics)) w
  cross join lateral (
    select count(*) as parked_events from feed.parked k where k.consumer = c.name and k.replayed_at is null) p`

/** Costs a look at every waiting event. Sorted by name. */
export async function listConsumers(postgres: Postgres): Promise<readonly ListedConsumer[]> {
  const safeInstant = await readSafeInstant(postgres.pool)
  const { rows } = await postgres.pool.query<StatusRow>(`${STATUS} order by c.name`)
  return rows.map((row) => toStatus(row, safeInstant))
}

/**
 * `asOf` is now, or the start of the oldest open transaction, when nothing waits.
 * @throws PLATFORM_FEED_CONSUMER_UNKNOWN
 */
export async function readConsumerStatus(postgres: Postgres, consumer: string): Promise<ListedConsumer> {
  const safeInstant = await readSafeInstant(postgres.pool)
  const { rows } = await postgres.pool.query<StatusRow>(`${STATUS} where c.name = $1`, [consumer])
  const [row] = rows
  if (row === undefined) throw consumerUnknown({ consumer })
  return toStatus(row, safeInstant)
}

function toStatus(row: StatusRow, safeInstant: string): ListedConsumer {
  const asOf = row.waiting_events === 0 ? safeInstant : row.done_through_at
  const since = asOf ?? row.first_waiting_at ?? row.now
  return {
    name: row.name,
    topics: row.topics,
    position: { xid: row.xid, seq: row.seq },
    asOf: asOf === null ? null : new Date(asOf),
    deliveredEvents: row.delivered_events,
    waitingEvents: row.waiting_events,
    parkedEvents: row.parked_events,
    lagSeconds: row.waiting_events === 0 ? 0 : Math.max(0, (Date.parse(row.now) - Date.parse(since)) / 1_000),
    seenAt: new Date(row.updated_at),
  }
}

/**
 * Returns once everything committed before the call has been delivered: read-your-writes. One query when it already has.
 * @throws PLATFORM_FEED_CONSUMER_BEHIND after `timeoutMs`, PLATFORM_FEED_CONSUMER_UNKNOWN
 */
export async function waitForConsumer(
  postgres: Postgres,
  consumer: string,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<void> {
  const endsAt = performance.now() + timeoutMs
  const { rows } = await postgres.pool.query<{ xid: string | null; seq: string | null }>({
    name: 'feed-head',
    text: `select head.xid::text as xid, head.seq::text as seq from feed.consumers c left join lateral (
        select o.xid, o.seq from feed.outbox o where (o.xid, o.seq) > (c.done_xid, c.done_seq) and o.topic = any(c.topics)
        order by o.xid desc, o.seq desc limit 1) head on true
      where c.name = $1`,
    values: [consumer],
  })
  const [head] = rows
  if (head === undefined) throw consumerUnknown({ consumer })
  if (head.xid === null) return
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 25)) {
    const { rowCount } = await postgres.pool.query({
      name: 'feed-reached',
      text: `select from feed.consumers where name = $1 and (done_xid, done_seq) >= ($2::xid8, $3::bigint)`,
      values: [consumer, head.xid, head.seq],
    })
    if (rowCount === 1) return
    if (performance.now() + pauseMs > endsAt) throw consumerBehind({ consumer, timeoutMs })
    await new Promise((done) => setTimeout(done, pauseMs))
  }
}
