/**
 * Publishes the outbox to Kafka: one consumer of the Postgres feed, whose store is the topics. A range that is published again after a crash
 * is recognised by its readers, because each message carries its position in the outbox.
 */
import type { Message, Producer, TopicMessages } from 'kafkajs'
import { TOPICS, type FeedEvent, type Log, type ParkedEvent, type Postgres, type Topic } from '../contract.ts'
import { reach } from '../fail-points.ts'
import { createConsumer, type Consumer } from '../feed/consumer.ts'
import { measureDeliver } from '../feed/measure-deliver.ts'
import type { PARK_CODES } from '../feed/problems.ts'
import type { Metrics } from '../metrics.ts'
import { traceDeliver } from '../tracing/trace-deliver.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { KafkaCluster } from './client.ts'
import { toMessage } from './message.ts'
import { readSource } from './source.ts'
import { toKafkaProblem } from './to-problem.ts'
import { ensureTopics, LARGEST_MESSAGE_BYTES, type TopicOptions } from './topics.ts'

/** The relay's name among the consumers of the outbox. */
export const RELAY_CONSUMER = 'kafka-relay'
/** Code under which an event is parked that no topic takes. */
export const EVENT_TOO_LARGE = 'FEED_EVENT_TOO_LARGE' satisfies keyof typeof PARK_CODES

export interface RelayOptions {
  readonly postgres: Postgres
  readonly kafka: KafkaCluster
  readonly log: Log
  readonly topics?: readonly Topic[] | undefined
  /** For topics that are not there yet: 6 partitions, 1 replica, 7 days unless told. */
  readonly newTopics?: Partial<TopicOptions> | undefined
  /** Events of one range; 2,000 unless told. */
  readonly maxEvents?: number | undefined
  readonly metrics?: Metrics | undefined
  readonly tracing?: Tracing | undefined
}

const NEW_TOPICS: TopicOptions = { partitions: 6, replicas: 1, retentionHours: 168 }
/** Payload of one produce request: a range of large forms goes out in several, in order. */
const REQUEST_BYTES = 4 * 1024 * 1024
/** Key, headers and framing of a message, at most. */
const ENVELOPE_BYTES = 4_096

interface Channel {
  readonly producer: Producer
  readonly source: string
}

/**
 * Events of one key stay in order, none is left out, and while Kafka is away it waits (K1). One instance is active, others stand by.
 * What is larger than 64 MiB is parked under `FEED_EVENT_TOO_LARGE`.
 */
export function createRelay(options: RelayOptions): Consumer {
  const { postgres, kafka, log, topics = TOPICS, maxEvents = 2_000 } = options
  let channel: Channel | undefined

  async function open(): Promise<Channel> {
    if (channel !== undefined) return channel
    await ensureTopics(kafka, topics, { ...NEW_TOPICS, ...options.newTopics })
    // One request at a time: the order of requests is the order of the topic, even when one is sent again.
    const producer = kafka.client.producer({ idempotent: true, maxInFlightRequests: 1 })
    try {
      await producer.connect()
      channel = { producer, source: await readSource(postgres) }
      return channel
    } catch (error) {
      await producer.disconnect().catch(() => undefined)
      throw error
    }
  }

  /** After a failure the producer's sequence may be out of step with the broker's. A new one starts clean; repeats are dropped by readers. */
  async function leave(): Promise<void> {
    const left = channel
    channel = undefined
    await left?.producer.disconnect().catch(() => undefined)
  }

  async function publish(events: readonly FeedEvent[]): Promise<readonly ParkedEvent[]> {
    const [fitting, tooLarge] = partition(events, (event) => sizeOf(event) <= LARGEST_MESSAGE_BYTES)
    try {
      const { producer, source } = await open()
      for (const request of toRequests(fitting)) {
        await producer.sendBatch({ acks: -1, topicMessages: toTopicMessages(request, source, kafka) })
      }
    } catch (error) {
      await leave()
      throw toKafkaProblem(error)
    }
    reach('relay.range.published')
    return tooLarge.map((event) => ({
      event,
      code: EVENT_TOO_LARGE,
      reason: `The event has ${sizeOf(event)} bytes; a topic takes ${LARGEST_MESSAGE_BYTES}.`,
    }))
  }

  const consumer = createConsumer({
    postgres,
    name: RELAY_CONSUMER,
    topics,
    maxEvents,
    log,
    deliver: measureDeliver(
      options.metrics,
      traceDeliver(options.tracing, 'publish', async ({ events }) => publish(events)),
    ),
  })
  return {
    ...consumer,
    close: async () => {
      await consumer.close()
      await leave()
    },
  }
}

function sizeOf(event: FeedEvent): number {
  return Buffer.byteLength(event.payload) + ENVELOPE_BYTES
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [T[], T[]] {
  const [first, second]: [T[], T[]] = [[], []]
  for (const item of items) (isFirst(item) ? first : second).push(item)
  return [first, second]
}

/** Cuts a range into requests of at most `REQUEST_BYTES`, one event at least. */
function toRequests(events: readonly FeedEvent[]): readonly (readonly FeedEvent[])[] {
  const requests: FeedEvent[][] = []
  let bytes = Infinity
  for (const event of events) {
    const size = sizeOf(event)
    if (bytes + size > REQUEST_BYTES) {
      requests.push([])
      bytes = 0
    }
    requests.at(-1)?.push(event)
    bytes += size
  }
  return requests
}

function toTopicMessages(
  events: readonly FeedEvent[],
  source: string,
  { toName }: KafkaCluster,
): TopicMessages[] {
  const byTopic = new Map<string, Message[]>()
  for (const event of events) {
    const topic = toName(event.topic)
    const messages = byTopic.get(topic) ?? []
    messages.push(toMessage(event, source))
    byTopic.set(topic, messages)
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }))
}
