/** The statements behind a consumer of Kafka: the plan and the progress of one partition, kept in Postgres beside what is parked. */
import type { PoolClient } from 'pg'
import type { FeedPosition, ParkedEvent, Topic } from '../contract.ts'

type Queryable = Pick<PoolClient, 'query'>

export interface PartitionKey {
  readonly consumer: string
  readonly topic: Topic
  readonly partition: number
}

/** Offsets are decimal strings of 64-bit numbers; -1 is before the first message. */
export interface Progress {
  readonly doneOffset: bigint
  readonly plannedOffset: bigint | null
  /** The database that `position` belongs to; "" when nothing was delivered from Kafka yet. */
  readonly source: string
  readonly position: FeedPosition
}

interface ProgressRow {
  readonly done_offset: string
  readonly planned_offset: string | null
  readonly source: string
  readonly done_xid: string
  readonly done_seq: string
}

/**
 * The progress of a partition, which begins where the consumer stands in the outbox: what it has read there is not delivered again from Kafka.
 * @param source the database that this row of `feed.consumers` speaks of.
 */
export async function readProgress(client: Queryable, key: PartitionKey, source: string): Promise<Progress> {
  const found = await findProgress(client, key)
  if (found !== undefined) return found
  await client.query(
    `insert into feed.partitions (consumer, topic, partition, source, done_xid, done_seq)
     select name, $2, $3, $4, done_xid, done_seq from feed.consumers where name = $1
     on conflict (consumer, topic, partition) do nothing`,
    [key.consumer, key.topic, key.partition, source],
  )
  const made = await findProgress(client, key)
  if (made === undefined) throw new Error(`feed.consumers has lost its row ${key.consumer}`)
  return made
}

async function findProgress(client: Queryable, key: PartitionKey): Promise<Progress | undefined> {
  const { rows } = await client.query<ProgressRow>({
    name: 'kafka-progress',
    text: `select done_offset::text as done_offset, planned_offset::text as planned_offset, source, done_xid::text as done_xid,
        done_seq::text as done_seq
      from feed.partitions where consumer = $1 and topic = $2 and partition = $3`,
    values: [key.consumer, key.topic, key.partition],
  })
  const [row] = rows
  if (row === undefined) return undefined
  return {
    doneOffset: BigInt(row.done_offset),
    plannedOffset: row.planned_offset === null ? null : BigInt(row.planned_offset),
    source: row.source,
    position: { xid: row.done_xid, seq: row.done_seq },
  }
}

/** Writes a plan down. False when the row is no longer as it was read: another instance has the partition. */
export async function writePlan(
  client: Queryable,
  key: PartitionKey,
  { doneOffset, plannedOffset }: { readonly doneOffset: bigint; readonly plannedOffset: bigint },
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'kafka-plan',
    text: `update feed.partitions set planned_offset = $5, updated_at = clock_timestamp()
      where consumer = $1 and topic = $2 and partition = $3 and done_offset = $4 and planned_offset is null`,
    values: [key.consumer, key.topic, key.partition, String(doneOffset), String(plannedOffset)],
  })
  return rowCount === 1
}

export interface Advance {
  readonly plannedOffset: bigint
  readonly source: string
  readonly position: FeedPosition
  readonly deliveredEvents: number
  readonly parked: readonly ParkedEvent[]
}

/** Moves to the end of the plan and keeps what could not be used, in one statement. False when the plan is no longer there. */
export async function advancePartition(
  client: Queryable,
  key: PartitionKey,
  { plannedOffset, source, position, deliveredEvents, parked }: Advance,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'kafka-advance',
    text: `
      with advanced as (
        update feed.partitions set done_offset = planned_offset, planned_offset = null, source = $5, done_xid = $6::xid8, done_seq = $7,
          updated_at = clock_timestamp()
        where consumer = $1 and topic = $2 and partition = $3 and planned_offset = $4
        returning consumer
      ), counted as (
        update feed.consumers c set delivered_events = delivered_events + $8, updated_at = clock_timestamp()
        from advanced where c.name = advanced.consumer
      ), kept as (
        insert into feed.parked (consumer, topic, domain, event_key, xid, seq, payload, code, reason)
        select a.consumer, p.* from advanced a, unnest($9::text[], $10::text[], $11::text[], $12::xid8[], $13::bigint[],
          $14::text[], $15::text[], $16::text[]) as p
        on conflict (consumer, xid, seq) do update
          set attempts = parked.attempts + 1, code = excluded.code, reason = excluded.reason, replayed_at = null
      )
      select consumer from advanced`,
    values: [
      key.consumer,
      key.topic,
      key.partition,
      String(plannedOffset),
      source,
      position.xid,
      position.seq,
      deliveredEvents,
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
  return rowCount === 1
}
