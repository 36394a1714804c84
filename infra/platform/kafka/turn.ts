/** One membership in the consumer group, from joining to the first failure, the loss of a partition that cannot be given up, or the end. */
import type { Consumer, EachBatchPayload } from 'kafkajs'
import type { Topic } from '../contract.ts'
import { deliverRange } from '../feed/deliver-range.ts'
import type { KafkaConsumerOptions } from './consumer.ts'
import { createFollower } from './follow-relay.ts'
import { kafkaEventsGone, kafkaTurnLost } from './problems.ts'
import { isKafkaError } from './to-problem.ts'
import { createPartitionTaker, type PartitionTaker } from './take-partition.ts'

export interface TurnOptions extends KafkaConsumerOptions {
  readonly source: string
  /** Aborted when the consumer is closed: the range under way ends, no other begins. */
  readonly signal: AbortSignal
  readonly onActive: () => void
}

const FETCH_WAIT_MS = 500
const PARTITION_BYTES = 2 * 1024 * 1024
const FOLLOW_MS = 100
const COMMIT_MS = 1_000
/** How long a wait for a store may go on after the group has called. */
const PAUSE_STEP_MS = 500

/**
 * Returns when the signal is aborted and everything under way has ended.
 * @throws what ended the turn: an error of kafkajs, a Problem, or a bug of `deliver` that even `deliverRange` could not park.
 */
export async function runTurn(options: TurnOptions): Promise<void> {
  const { kafka, name, topics, signal } = options
  const sessionTimeout = options.sessionTimeoutMs ?? 30_000
  const consumer = kafka.client.consumer({
    groupId: kafka.toName(`casehouse.${name}`),
    sessionTimeout,
    heartbeatInterval: Math.floor(sessionTimeout / 10),
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: PARTITION_BYTES,
    // Each turn is a try; the loop around it decides about the next.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3, restartOnFailure: async () => false },
  })
  const admin = kafka.client.admin()
  const over = Promise.withResolvers<void>()
  over.promise.catch(() => undefined)
  const stop = (): void => over.resolve()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const follow = createFollower({ ...options, admin, consumer: name })
  let following: NodeJS.Timeout | undefined
  let isFollowing = false
  try {
    await Promise.all([consumer.connect(), admin.connect()])
    await consumer.subscribe({ topics: topics.map(kafka.toName), fromBeginning: true })
    const batches = createBatchTaker(options, consumer, over.reject)
    consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error))
    consumer.on(consumer.events.GROUP_JOIN, () => {
      batches.forget()
      options.onActive()
    })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.maxParallelRanges ?? 1,
      eachBatch: batches.take,
    })
    following = setInterval(() => {
      if (isFollowing) return
      isFollowing = true
      follow()
        .catch(over.reject)
        .finally(() => (isFollowing = false))
    }, FOLLOW_MS)
    await over.promise
  } finally {
    signal.removeEventListener('abort', stop)
    clearInterval(following)
    await consumer.disconnect().catch(() => undefined)
    await admin.disconnect().catch(() => undefined)
  }
}

interface BatchTaker {
  take(payload: EachBatchPayload): Promise<void>
  /** What was remembered of the partitions is another member's business now. */
  forget(): void
}

function createBatchTaker(
  options: TurnOptions,
  consumer: Consumer,
  fail: (error: unknown) => void,
): BatchTaker {
  const { kafka, name, signal, log } = options
  let takers = new Map<string, PartitionTaker>()
  const committedAt = new Map<string, number>()
  let hasFailed = false
  /** What the group answered when it wants us to join again: whoever waits for a store gives up then, so that another may try. */
  let lost: unknown

  function takerOf(topic: Topic, partition: number): PartitionTaker {
    const key = `${topic}/${partition}`
    const known = takers.get(key)
    if (known !== undefined) return known
    const pause = async (timeoutMs: number): Promise<void> => {
      for (let leftMs = timeoutMs; leftMs > 0; leftMs -= PAUSE_STEP_MS) {
        await new Promise((done) => setTimeout(done, Math.min(leftMs, PAUSE_STEP_MS)))
        if (signal.aborted || lost !== undefined) throw kafkaTurnLost({ consumer: name, topic, partition })
      }
    }
    const made = createPartitionTaker({
      ...options,
      consumer: name,
      topic,
      partition,
      maxEvents: options.maxEvents ?? 1_000,
      isEnding: () => signal.aborted,
      deliver: (range) => deliverRange(range, { deliver: options.deliver, log, pause }),
    })
    takers.set(key, made)
    return made
  }

  async function takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    // The subscription names only these.
    const topic = kafka.fromName(batch.topic) as Topic
    const place = { topic: batch.topic, partition: batch.partition }
    const taker = takerOf(topic, batch.partition)
    const wanted = await taker.wanted()
    const first = BigInt(batch.firstOffset() ?? wanted)
    const last = BigInt(batch.lastOffset())
    if ((first > wanted && wanted > 0n) || last < wanted) {
      await checkHeld(options, topic, batch.partition, wanted)
      if (last + 1n !== wanted) consumer.seek({ ...place, offset: String(wanted) })
      else payload.resolveOffset(String(last))
      return
    }
    await taker.take(batch.messages)
    if (signal.aborted) return
    const next = await taker.wanted()
    payload.resolveOffset(String(next - 1n))
    await commit(place, next)
  }

  /** For tools that show the lag of a group, and so that the next turn need not seek: what counts is in Postgres. */
  async function commit(
    place: { readonly topic: string; readonly partition: number },
    next: bigint,
  ): Promise<void> {
    const key = `${place.topic}/${place.partition}`
    const now = performance.now()
    if (now - (committedAt.get(key) ?? -Infinity) < COMMIT_MS) return
    committedAt.set(key, now)
    await consumer.commitOffsets([{ ...place, offset: String(next) }])
  }

  return {
    forget: () => {
      takers = new Map()
      lost = undefined
    },
    take: async (payload) => {
      if (hasFailed || signal.aborted) return
      // A slow store is no reason to lose the partition: the group hears from us all the while.
      const heartbeat = setInterval(() => {
        payload.heartbeat().catch((error: unknown) => (lost ??= error))
      }, 1_000)
      try {
        await takeBatch(payload)
      } catch (error) {
        if (lost === undefined && !isKafkaError(error)) {
          hasFailed = true
          fail(error)
          return
        }
        takers = new Map()
        throw lost ?? error
      } finally {
        clearInterval(heartbeat)
      }
      if (lost !== undefined) throw lost
    },
  }
}

/** @throws PLATFORM_KAFKA_EVENTS_GONE when Kafka does not hold the offset any more, or not yet again. */
async function checkHeld(
  options: TurnOptions,
  topic: Topic,
  partition: number,
  wanted: bigint,
): Promise<void> {
  const admin = options.kafka.client.admin()
  try {
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(options.kafka.toName(topic))
    const end = ends.find((found) => found.partition === partition)
    if (end === undefined) return
    const { low, high } = end
    if (wanted >= BigInt(low) && wanted <= BigInt(high)) return
    throw kafkaEventsGone({ consumer: options.name, topic, partition, wanted: String(wanted), low, high })
  } finally {
    await admin.disconnect()
  }
}
