/**
 * The statements behind a consumer: plan a range, read it, advance. Order is (xid, seq). The fence: an event is only read once
 * no transaction with a lower or equal xid may still commit, because such a one would land behind what has been delivered.
 */
import type { PoolClient } from 'pg'
import type { FeedPosition, FeedRange, ParkedEvent } from '../contract.ts'
import { consumerOvertaken, positionAhead } from './problems.ts'
import { toRange } from './position.ts'
import { KEEP_TOPICS, readOutbox, type OutboxEvents, type ReadLimits } from './read-outbox.ts'
import { readSafeInstant } from './safe-instant.ts'

type Queryable = Pick<PoolClient, 'query'>

/** While behind, how many of the waiting events are looked at to say which instant everything before is delivered. */
const PEEKED_EVENTS = 2_000

export interface PlannedRange {
  readonly range: FeedRange
  readonly payloadBytes: number
  /** The plan was already there: an earlier try was cut off. */
  readonly isRepeated: boolean
  /** More may wait behind it. */
  readonly isFull: boolean
}

export type Plan =
  | { readonly kind: 'range'; readonly planned: PlannedRange }
  /** Nothing to deliver; `isFenced` when something is committed that an open transaction still holds back. */
  | { readonly kind: 'empty'; readonly isFenced: boolean }

interface ConsumerRow {
  readonly topics: readonly string[]
  readonly done_xid: string
  readonly done_seq: string
  readonly planned_xid: string | null
  readonly planned_seq: string | null
  readonly is_ahead: boolean
}

/** Makes the row, or gives it the topics of this program: not while a plan is open, which must read as it was planned. */
export async function registerConsumer(
  client: Queryable,
  name: string,
  topics: readonly string[],
): Promise<void> {
  await client.query(
    `insert into feed.consumers (name, topics) values ($1, $2)
     on conflict (name) do update set topics = excluded.topics, updated_at = now() where consumers.planned_xid is null`,
    [name, topics],
  )
  const { is_ahead } = await readConsumer(client, name)
  if (is_ahead) throw positionAhead({ consumer: name })
}

/** Whether a range of the outbox was planned and not ended. */
export async function hasOpenPlan(client: Queryable, name: string): Promise<boolean> {
  return (await readConsumer(client, name)).planned_xid !== null
}

async function readConsumer(client: Queryable, name: string): Promise<ConsumerRow> {
  const { rows } = await client.query<ConsumerRow>({
    name: 'feed-consumer',
    text: `select topics, done_xid::text as done_xid, done_seq::text as done_seq, planned_xid::text as planned_xid,
        planned_seq::text as planned_seq, ${KEEP_TOPICS}, done_xid > pg_snapshot_xmax(pg_current_snapshot()) as is_ahead
      from feed.consumers where name = $1`,
    values: [name],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`feed.consumers has lost its row ${name}`)
  return row
}

/** Events read before their range is planned: those that follow `from`. */
export interface AheadEvents extends OutboxEvents {
  readonly from: FeedPosition
}

/** Reads on behind a range that is being delivered. What it finds is a range only when `planRange` has written it down. */
export async function readAhead(
  client: Queryable,
  from: FeedPosition,
  limits: ReadLimits,
): Promise<AheadEvents> {
  return { from, ...(await readOutbox(client, from, limits)) }
}

/**
 * The open plan if there is one, else a new one, written down before it is returned (F3).
 * @param limits how much a new range may hold.
 * @param ahead of the same connection; read anew when it does not begin where the consumer stands.
 */
export async function planRange(
  client: Queryable,
  name: string,
  limits: ReadLimits,
  ahead?: AheadEvents,
): Promise<Plan> {
  const row = await readConsumer(client, name)
  const from = { xid: row.done_xid, seq: row.done_seq }
  if (row.planned_xid !== null && row.planned_seq !== null) {
    const to = { xid: row.planned_xid, seq: row.planned_seq }
    // Everything up to `to` was behind the fence when it was planned, so the same ends always hold the same events.
    const { events, payloadBytes } = await readOutbox(client, from, to)
    return {
      kind: 'range',
      planned: { range: toRange(name, from, to, events), payloadBytes, isRepeated: true, isFull: true },
    }
  }
  const isNext =
    ahead !== undefined &&
    ahead.from.xid === from.xid &&
    ahead.from.seq === from.seq &&
    ahead.events.length > 0
  const { events, payloadBytes, isFull } = isNext ? ahead : await readOutbox(client, from, limits)
  const last = events.at(-1)
  if (last === undefined) return { kind: 'empty', isFenced: await hasWaiting(client, row.topics, from) }
  const to = { xid: last.xid, seq: last.seq }
  await client.query({
    name: 'feed-write-plan',
    text: `update feed.consumers set planned_xid = $2, planned_seq = $3, updated_at = now() where name = $1`,
    values: [name, to.xid, to.seq],
  })
  return {
    kind: 'range',
    planned: { range: toRange(name, from, to, events), payloadBytes, isRepeated: false, isFull },
  }
}

async function hasWaiting(
  client: Queryable,
  topics: readonly string[],
  from: FeedPosition,
): Promise<boolean> {
  const { rows } = await client.query<{ waiting: boolean }>({
    name: 'feed-waiting',
    text: `select exists (select from feed.outbox o
      where (o.xid, o.seq) > ($1::xid8, $2::bigint) and o.topic = any($3)) as waiting`,
    values: [from.xid, from.seq, topics],
  })
  return rows[0]?.waiting === true
}

/**
 * Moves the consumer to the end of its plan and keeps what it could not use, in one statement (F3, F4).
 * @throws PLATFORM_FEED_CONSUMER_OVERTAKEN when the plan is no longer there.
 */
export async function advance(
  client: Queryable,
  range: FeedRange,
  parked: readonly ParkedEvent[],
): Promise<void> {
  const safeInstant = await readSafeInstant(client)
  const { rowCount } = await client.query({
    name: 'feed-advance',
    text: `
      with behind as (
        select min(created_at) as first_at from (
          select o.created_at from feed.outbox o, feed.consumers c
          where c.name = $1 and (o.xid, o.seq) > ($2::xid8, $3::bigint) and o.topic = any(c.topics)
          order by o.xid, o.seq limit ${PEEKED_EVENTS}) as next
      ), advanced as (
        update feed.consumers set done_xid = planned_xid, done_seq = planned_seq, planned_xid = null, planned_seq = null,
          done_at = clock_timestamp(), updated_at = clock_timestamp(), delivered_events = delivered_events + $4,
          done_through_at = greatest(done_through_at, least($5::timestamptz, (select first_at from behind)))
        where name = $1 and planned_xid = $2::xid8 and planned_seq = $3::bigint
        returning name
      ), kept as (
        insert into feed.parked (consumer, topic, domain, event_key, xid, seq, payload, code, reason)
        select a.name, p.* from advanced a, unnest($6::text[], $7::text[], $8::text[], $9::xid8[], $10::bigint[],
          $11::text[], $12::text[], $13::text[]) as p
        on conflict (consumer, xid, seq) do update
          set attempts = parked.attempts + 1, code = excluded.code, reason = excluded.reason, replayed_at = null
      )
      select name from advanced`,
    values: [
      range.consumer,
      range.to.xid,
      range.to.seq,
      range.events.length,
      safeInstant,
      parked.map(({ event }) => event.topic),
      parked.map(({ event }) => event.domain),
      parked.map(({ event }) => event.eventKey),
      parked.map(({ event }) => event.xid),
      parked.map(({ event }) => event.seq),
      parked.map(({ event }) => event.payload),
      parked.map(({ code }) => code),
      parked.map(({ reason }) => reason),
    ],
  })
  if (rowCount !== 1) throw consumerOvertaken({ consumer: range.consumer, token: range.token })
}

/**
 * Moves an idle consumer past events of topics that it does not take, so that they can be pruned, and shows that it lives.
 * One statement, hence one snapshot: nothing of its own topics can be jumped over.
 */
export async function advanceIdle(client: Queryable, name: string): Promise<void> {
  const safeInstant = await readSafeInstant(client)
  await client.query({
    name: 'feed-idle',
    text: `
      with head as (
        select h.xid, h.seq from feed.outbox h where h.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by h.xid desc, h.seq desc limit 1
      )
      update feed.consumers c
      set done_xid = head.xid, done_seq = head.seq, done_through_at = greatest(c.done_through_at, $2::timestamptz)
      from head
      where c.name = $1 and c.planned_xid is null and (head.xid, head.seq) >= (c.done_xid, c.done_seq)
        and not exists (select from feed.outbox o
          where (o.xid, o.seq) > (c.done_xid, c.done_seq) and o.topic = any(c.topics))`,
    values: [name, safeInstant],
  })
}

/** For health: the process that owns the consumer is there. */
export async function touchConsumer(client: Queryable, name: string): Promise<void> {
  await client.query({
    name: 'feed-touch',
    text: 'update feed.consumers set updated_at = clock_timestamp() where name = $1',
    values: [name],
  })
}
