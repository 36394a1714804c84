/**
 * The feed's contract over Kafka: instances of one name are a consumer group, each partition has one of them, and the plan of each partition
 * is kept in Postgres. Ranges are those of one partition; their events, order, tokens, parking and replay are as in `../feed`.
 */
import type { Clock, Deliver, FeedConsumer, Log, Postgres, Topic } from '../contract.ts'
import { createConsumer } from '../feed/consumer.ts'
import { isUnavailable } from '../feed/deliver-range.ts'
import { hasOpenPlan, registerConsumer, touchConsumer } from '../feed/ranges.ts'
import type { KafkaCluster } from './client.ts'
import { runTurn } from './turn.ts'
import { readSource } from './source.ts'
import { toKafkaProblem } from './to-problem.ts'

export interface KafkaConsumerOptions {
  readonly kafka: KafkaCluster
  readonly postgres: Postgres
  readonly name: string
  readonly topics: readonly Topic[]
  readonly deliver: Deliver
  /** The largest range; 1,000 unless told. */
  readonly maxEvents?: number | undefined
  /** Ranges of different partitions delivered at the same time; 1 unless told. */
  readonly maxParallelRanges?: number | undefined
  /** How long a member may be silent before others take its partitions; 30 s unless told. */
  readonly sessionTimeoutMs?: number | undefined
  readonly now?: Clock | undefined
  readonly log: Log
}

const HEARTBEAT_MS = 2_000
const FIRST_RECONNECT_MS = 100
const LONGEST_RECONNECT_MS = 5_000

/** Opens nothing until `run`. The same range, with the same token, is delivered again after a crash, whoever has the partition then (K2). */
export function createKafkaConsumer(options: KafkaConsumerOptions): FeedConsumer {
  const { postgres, name, log } = options
  const ending = new AbortController()
  let running: Promise<void> | undefined

  /** What the outbox reader of this name had begun, it ends: the token says which events, and Kafka has them in other ranges. */
  async function begin(): Promise<string> {
    await registerConsumer(postgres.pool, name, options.topics)
    if (await hasOpenPlan(postgres.pool, name)) {
      const outboxReader = createConsumer({ ...options, log })
      try {
        await outboxReader.step()
      } finally {
        await outboxReader.close()
      }
    }
    return readSource(postgres)
  }

  async function loop(): Promise<void> {
    let reconnectMs = FIRST_RECONNECT_MS
    while (!ending.signal.aborted) {
      const heartbeat = setInterval(() => {
        // Its failure is that of the connection, which the turn finds by itself.
        touchConsumer(postgres.pool, name).catch(() => undefined)
      }, HEARTBEAT_MS)
      try {
        const source = await begin()
        await runTurn({
          ...options,
          source,
          signal: ending.signal,
          onActive: () => {
            reconnectMs = FIRST_RECONNECT_MS
            log.info({ consumer: name }, 'feed consumer active')
          },
        })
      } catch (thrown) {
        const error = toKafkaProblem(thrown)
        if (ending.signal.aborted) return
        if (!isUnavailable(error)) throw error
        log.warn({ err: error, consumer: name, pause_ms: reconnectMs }, 'feed consumer lost its turn')
        await sleep(reconnectMs, ending.signal)
        reconnectMs = Math.min(reconnectMs * 2, LONGEST_RECONNECT_MS)
      } finally {
        clearInterval(heartbeat)
      }
    }
  }

  return {
    run: () => (running ??= loop()),
    close: async () => {
      ending.abort()
      await running?.catch(() => undefined)
    },
  }
}

/** Returns early when aborted. */
function sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const stop = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      done()
    }
    const timer = setTimeout(stop, timeoutMs)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
}
