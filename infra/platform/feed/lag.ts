/** How far each consumer is behind, at a price that does not grow with the backlog: for health and for metrics. */
import type { FeedPosition, Postgres } from '../contract.ts'
import type { Metrics } from '../metrics.ts'

export interface FeedLag {
  readonly consumer: string
  readonly position: FeedPosition
  /** Age of the oldest event that is not delivered; 0 when none waits. */
  readonly lagSeconds: number
  /** Exact up to 1,000; beyond, about as many, counted by the numbers that events are given. */
  readonly waitingEvents: number
  /** Exact up to 1,000, no more are counted. */
  readonly parkedEvents: number
  /** Since a process last said that it holds the consumer; it does so every 2 s. */
  readonly silentSeconds: number
  /** Since the last range that was delivered; null before the first. */
  readonly deliveredSecondsAgo: number | null
}

interface LagRow {
  readonly name: string
  readonly xid: string
  readonly seq: string
  readonly lag_seconds: number
  readonly waiting: number
  readonly parked: number
  readonly silent_seconds: number
  readonly delivered_seconds: number | null
}

const COUNTED_EVENTS = 1_000

/** The outbox is read in its order from where the consumer stands, and no further than the first events that wait. */
const LAG = `
  select c.name, c.done_xid::text as xid, c.done_seq::text as seq, p.parked,
    coalesce(greatest(0, extract(epoch from clock_timestamp() - w.first_at)), 0)::float8 as lag_seconds,
    case when w.looked < ${COUNTED_EVENTS} then w.counted
      else greatest(w.counted, pg_sequence_last_value('feed.outbox_seq_seq'::regclass) - c.done_seq) end as waiting,
    greatest(0, extract(epoch from clock_timestamp() - c.updated_at))::float8 as silent_seconds,
    extract(epoch from clock_timestamp() - c.done_at)::float8 as delivered_seconds
  from feed.consumers c
  cross join lateral (
    select count(*) as looked, count(*) filter (where next.topic = any(c.topics)) as counted,
      -- Where all that was looked at is for others, the first that is ours may be as old.
      min(next.created_at) filter (where next.topic = any(c.topics) or next.n = ${COUNTED_EVENTS}) as first_at
    from (
      select o.topic, o.created_at, row_number() over (order by o.xid, o.seq) as n from feed.outbox o
      where (o.xid, o.seq) > (c.done_xid, c.done_seq) order by o.xid, o.seq limit ${COUNTED_EVENTS}) next) w
  cross join lateral (
    select count(*) as parked from (
      select from feed.parked k where k.consumer = c.name and k.replayed_at is null limit ${COUNTED_EVENTS}) k) p
  order by c.name`

/** One query, for all consumers; a thousand index entries each at most. Sorted by name. */
export async function readFeedLag({ pool }: Pick<Postgres, 'pool'>): Promise<readonly FeedLag[]> {
  const { rows } = await pool.query<LagRow>({ name: 'feed-lag', text: LAG })
  return rows.map((row) => ({
    consumer: row.name,
    position: { xid: row.xid, seq: row.seq },
    lagSeconds: row.lag_seconds,
    waitingEvents: row.waiting,
    parkedEvents: row.parked,
    silentSeconds: row.silent_seconds,
    deliveredSecondsAgo: row.delivered_seconds,
  }))
}

/** Shows the lag of every consumer, also of one that no process runs. Names of consumers are ours and few. */
export function measureFeedLag(metrics: Metrics, postgres: Pick<Postgres, 'pool'>): void {
  const lag = metrics.gauge('feed_lag_seconds', 'Age of the oldest event that is not delivered.', [
    'consumer',
  ])
  const waiting = metrics.gauge('feed_waiting_events', 'Events that wait; above 1,000 about as many.', [
    'consumer',
  ])
  const parked = metrics.gauge('feed_parked_events', 'Parked events that wait for people, up to 1,000.', [
    'consumer',
  ])
  const silent = metrics.gauge(
    'feed_consumer_silent_seconds',
    'Time since a process last said that it runs the consumer; it does so every 2 s.',
    ['consumer'],
  )
  metrics.beforeRead(async () => {
    for (const { consumer, ...now } of await readFeedLag(postgres)) {
      lag.set({ consumer }, now.lagSeconds)
      waiting.set({ consumer }, now.waitingEvents)
      parked.set({ consumer }, now.parkedEvents)
      silent.set({ consumer }, now.silentSeconds)
    }
  })
}
