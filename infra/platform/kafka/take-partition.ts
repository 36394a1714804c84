/** One partition in one instance: plans ranges over its messages, has them delivered, advances. Knows no client of Kafka. */
import type { KafkaMessage } from 'kafkajs'
import type { FeedEvent, FeedPosition, FeedRange, Log, ParkedEvent, Postgres, Topic } from '../contract.ts'
import { reach } from '../fail-points.ts'
import { toRange } from '../feed/position.ts'
import { isBehind, toSourcedEvent } from './message.ts'
import { advancePartition, readProgress, writePlan, type PartitionKey, type Progress } from './partitions.ts'
import { kafkaTurnLost } from './problems.ts'

export interface TakePartitionOptions {
  readonly postgres: Postgres
  readonly consumer: string
  readonly topic: Topic
  readonly partition: number
  /** The database of this platform now. */
  readonly source: string
  readonly maxEvents: number
  readonly deliver: (range: FeedRange) => Promise<readonly ParkedEvent[]>
  readonly isEnding: () => boolean
  readonly log: Log
}

export interface PartitionTaker {
  /** The offset to be read next. */
  wanted(): Promise<bigint>
  /**
   * Takes messages that follow one another from `wanted` on (earlier ones are skipped), and delivers as many ranges as they hold.
   * @throws PLATFORM_KAFKA_TURN_LOST, and what the delivery throws.
   */
  take(messages: readonly KafkaMessage[]): Promise<void>
}

/** New for each turn: what it remembers is only as good as the turn. */
export function createPartitionTaker(options: TakePartitionOptions): PartitionTaker {
  const { postgres, maxEvents, log } = options
  const key: PartitionKey = options
  let progress: Progress | undefined
  /** Messages of a plan that is not yet whole: a repeated range may be larger than one fetch. */
  let held: readonly KafkaMessage[] = []

  async function read(): Promise<Progress> {
    progress ??= await readProgress(postgres.pool, key, options.source)
    return progress
  }

  async function wanted(): Promise<bigint> {
    const { doneOffset } = await read()
    return BigInt(held.at(-1)?.offset ?? doneOffset) + 1n
  }

  async function deliver(
    from: Progress,
    plannedOffset: bigint,
    messages: readonly KafkaMessage[],
  ): Promise<void> {
    const { events, source, position } = toNewEvents(options, from, messages)
    reach('feed.range.planned')
    const parked =
      events.length === 0 ? [] : await options.deliver(toKafkaRange(key, from.position, position, events))
    reach('feed.range.delivered')
    const advance = { plannedOffset, source, position, deliveredEvents: events.length, parked }
    if (!(await advancePartition(postgres.pool, key, advance))) throw kafkaTurnLost({ ...key })
    progress = { doneOffset: plannedOffset, plannedOffset: null, source, position }
  }

  return {
    wanted,
    async take(messages) {
      const next = await wanted()
      held = [...held, ...messages.filter(({ offset }) => BigInt(offset) >= next)]
      while (held.length > 0 && !options.isEnding()) {
        const from = await read()
        const last = held.slice(0, maxEvents).at(-1)?.offset ?? '0'
        const plannedOffset = from.plannedOffset ?? BigInt(last)
        if (from.plannedOffset === null) {
          const plan = { doneOffset: from.doneOffset, plannedOffset }
          if (!(await writePlan(postgres.pool, key, plan))) throw kafkaTurnLost({ ...key })
          progress = { ...from, plannedOffset }
        } else {
          if (BigInt(held.at(-1)?.offset ?? '-1') < plannedOffset) return
          log.info({ ...toPlace(key), offset: String(plannedOffset) }, 'feed range delivered again')
        }
        const count = held.findLastIndex(({ offset }) => BigInt(offset) <= plannedOffset) + 1
        await deliver(from, plannedOffset, held.slice(0, count))
        held = held.slice(count)
      }
    },
  }
}

function toPlace({ consumer, topic, partition }: PartitionKey) {
  return { consumer, topic, partition }
}

/** The token names outbox positions, not offsets: a topic that is made anew gives out its offsets again. */
function toKafkaRange(
  key: PartitionKey,
  from: FeedPosition,
  to: FeedPosition,
  events: readonly FeedEvent[],
): FeedRange {
  const range = toRange(key.consumer, from, to, events)
  return { ...range, token: `${key.topic}.${key.partition}@${range.token}` }
}

/** Without what the relay has published again, and without what the relay has not written. The same messages always give the same events. */
function toNewEvents(
  options: TakePartitionOptions,
  from: Progress,
  messages: readonly KafkaMessage[],
): { readonly events: readonly FeedEvent[]; readonly source: string; readonly position: FeedPosition } {
  const events: FeedEvent[] = []
  let { source, position } = from
  for (const message of messages) {
    const sourced = toSourcedEvent(options.topic, message)
    if (sourced === undefined) {
      options.log.error({ ...toPlace(options), offset: message.offset }, 'message is no event of ours')
      continue
    }
    if (sourced.source === source && !isBehind(sourced.event, position)) continue
    events.push(sourced.event)
    source = sourced.source
    position = { xid: sourced.event.xid, seq: sourced.event.seq }
  }
  return { events, source, position }
}
