/**
 * Says in `feed.consumers` how far a consumer of Kafka is in the outbox, so that status, read-your-writes and pruning know one answer for both
 * feeds. Everything up to the relay's position is in the topics before their ends are asked for; once those ends are delivered, so is all of it.
 */
import type { Admin } from 'kafkajs'
import type { Postgres, Topic } from '../contract.ts'
import type { KafkaCluster } from './client.ts'
import { RELAY_CONSUMER } from './relay.ts'

/** To be reached before the consumer stands where the relay stood. */
interface Goal {
  readonly xid: string
  readonly seq: string
  readonly throughAt: string | null
  /** Last offsets of the partitions that hold something; what retention has taken from one that is empty cannot be waited for. */
  readonly ends: readonly { readonly topic: string; readonly partition: number; readonly last: string }[]
}

export interface FollowOptions {
  readonly postgres: Postgres
  readonly kafka: KafkaCluster
  readonly admin: Admin
  readonly consumer: string
  readonly topics: readonly Topic[]
}

/** @returns one step, to be called again and again: sets a goal when there is none, moves the consumer's position when it is reached. */
export function createFollower(options: FollowOptions): () => Promise<void> {
  const { postgres, consumer } = options
  let goal: Goal | undefined
  return async () => {
    goal ??= await setGoal(options)
    if (goal === undefined) return
    const { rowCount } = await postgres.pool.query({
      name: 'kafka-follow',
      text: `
        update feed.consumers set done_xid = $2::xid8, done_seq = $3, done_at = clock_timestamp(),
          done_through_at = greatest(done_through_at, $4::timestamptz)
        where name = $1 and (done_xid, done_seq) <= ($2::xid8, $3::bigint) and not exists (
          select from unnest($5::text[], $6::integer[], $7::bigint[]) as e (topic, partition, last)
          left join feed.partitions p on p.consumer = $1 and p.topic = e.topic and p.partition = e.partition
          where coalesce(p.done_offset, -1) < e.last)`,
      values: [
        consumer,
        goal.xid,
        goal.seq,
        goal.throughAt,
        goal.ends.map(({ topic }) => topic),
        goal.ends.map(({ partition }) => partition),
        goal.ends.map(({ last }) => last),
      ],
    })
    if (rowCount === 1) goal = undefined
  }
}

interface RelayRow {
  readonly xid: string
  readonly seq: string
  readonly through_at: string | null
}

/** Undefined when the consumer stands where the relay does. The relay is read before the ends: what comes in between only raises them. */
async function setGoal({
  postgres,
  kafka,
  admin,
  consumer,
  topics,
}: FollowOptions): Promise<Goal | undefined> {
  const { rows } = await postgres.pool.query<RelayRow>({
    name: 'kafka-goal',
    text: `select r.done_xid::text as xid, r.done_seq::text as seq, r.done_through_at as through_at
      from feed.consumers r join feed.consumers c on c.name = $2
      where r.name = $1 and ((r.done_xid, r.done_seq) > (c.done_xid, c.done_seq)
        or ((r.done_xid, r.done_seq) = (c.done_xid, c.done_seq) and r.done_through_at > c.done_through_at))`,
    values: [RELAY_CONSUMER, consumer],
  })
  const [relay] = rows
  if (relay === undefined) return undefined
  const ends = await Promise.all(
    topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(kafka.toName(topic)))
        .filter(({ low, high }) => BigInt(high) > BigInt(low))
        .map(({ partition, high }) => ({ topic, partition, last: String(BigInt(high) - 1n) })),
    ),
  )
  return { xid: relay.xid, seq: relay.seq, throughAt: relay.through_at, ends: ends.flat() }
}
