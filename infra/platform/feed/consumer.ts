/** A named reader of the outbox: plan a range, deliver it, advance; one active instance a name, others stand by. */
import type { Clock, Deliver, FeedConsumer, Log, Postgres, Topic } from '../contract.ts'
import { reach } from '../fail-points.ts'
import { deliverRange, isUnavailable } from './deliver-range.ts'
import { consumerLockLost, consumerStandby } from './problems.ts'
import { createRangeSize } from './range-size.ts'
import {
  advance,
  advanceIdle,
  planRange,
  readAhead,
  registerConsumer,
  touchConsumer,
  type AheadEvents,
} from './ranges.ts'
import { openSession, type Session } from './session.ts'

export interface ConsumerOptions {
  /** One of its connections is held for as long as the consumer runs, so give it at least two. */
  readonly postgres: Postgres
  readonly name: string
  readonly topics: readonly Topic[]
  readonly deliver: Deliver
  /** The largest range; 1,000 unless told. Ranges begin at 2,000 events and grow while they come out full. */
  readonly maxEvents?: number | undefined
  /** Payload of the largest range; 64 MiB unless told. Twice as much is held while the consumer is behind. */
  readonly maxBytes?: number | undefined
  /** While events keep coming, ranges that are not full start at least this far apart; the first after a rest starts at once. */
  readonly maxWaitMs?: number | undefined
  readonly now?: Clock | undefined
  readonly log: Log
}

export interface StepResult {
  readonly deliveredEvents: number
  readonly parkedEvents: number
  /** More may wait behind the range. */
  readonly isFull: boolean
  /** Something is committed that an open transaction still holds back. */
  readonly isFenced: boolean
}

export interface Consumer extends FeedConsumer {
  /** One round, for tests. @throws PLATFORM_FEED_CONSUMER_STANDBY */
  step(): Promise<StepResult>
}

/** When no commit wakes us: the connection may have lost a notification. */
const POLL_MS = 250
const STANDBY_POLL_MS = 250
const HEARTBEAT_MS = 2_000
/** How soon to look again when an open transaction holds events back: doubling from the first to the second. */
const FIRST_FENCED_MS = 2
const LONGEST_FENCED_MS = 50
const LONGEST_RECONNECT_MS = 5_000
const LARGEST_RANGE_BYTES = 64 * 1024 * 1024

/** Opens nothing until `run` or `step`. The same range, with the same token, is delivered again after a crash (F3). */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { postgres, name, topics, log, maxEvents = 1_000, maxWaitMs = 0, now = () => new Date() } = options
  const ending = new AbortController()
  let session: Session | undefined
  let heartbeat: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let ahead: AheadEvents | undefined
  const size = createRangeSize({ maxEvents, maxBytes: options.maxBytes ?? LARGEST_RANGE_BYTES })

  async function open(): Promise<Session | undefined> {
    if (session !== undefined) return session
    const opened = await openSession(postgres, name)
    if (opened === undefined) return undefined
    session = opened
    await registerConsumer(opened.client, name, topics)
    heartbeat = setInterval(() => {
      // Not on the session's connection, which may be reading on; when Postgres is away, the loop finds that by itself.
      touchConsumer(postgres.pool, name).catch(() => undefined)
    }, HEARTBEAT_MS)
    log.info({ consumer: name }, 'feed consumer active')
    return opened
  }

  function leave(): void {
    clearInterval(heartbeat)
    session?.close()
    session = undefined
    ahead = undefined
  }

  async function pause(timeoutMs: number): Promise<void> {
    await new Promise<void>((done) => {
      const stop = (): void => {
        clearTimeout(timer)
        ending.signal.removeEventListener('abort', stop)
        done()
      }
      const timer = setTimeout(stop, timeoutMs)
      ending.signal.addEventListener('abort', stop, { once: true })
      if (ending.signal.aborted) stop()
    })
    if (ending.signal.aborted) throw consumerLockLost({ consumer: name })
  }

  async function round({ client, check }: Session): Promise<StepResult> {
    check()
    const plan = await planRange(client, name, size.limits(), ahead)
    ahead = undefined
    if (plan.kind === 'empty') {
      return { deliveredEvents: 0, parkedEvents: 0, isFull: false, isFenced: plan.isFenced }
    }
    const { range, isRepeated, isFull, payloadBytes } = plan.planned
    reach('feed.range.planned')
    if (isRepeated) log.info({ consumer: name, token: range.token }, 'feed range delivered again')
    size.note({ events: range.events.length, payloadBytes, isFull })
    // Whoever is behind reads the next range while the store takes this one; its failure shows again in the next query.
    const next = isFull ? readAhead(client, range.to, size.limits()).catch(() => undefined) : undefined
    const parked = await deliverRange(range, { deliver: options.deliver, log, pause })
    reach('feed.range.delivered')
    const read = await next
    check()
    await advance(client, range, parked)
    ahead = read
    return { deliveredEvents: range.events.length, parkedEvents: parked.length, isFull, isFenced: false }
  }

  async function whileActive(active: Session): Promise<void> {
    let fencedMs = FIRST_FENCED_MS
    let idleAt = 0
    while (!ending.signal.aborted) {
      const startedAt = now().getTime()
      const { deliveredEvents, isFull, isFenced } = await round(active)
      if (ending.signal.aborted || isFull) continue
      if (deliveredEvents > 0) {
        const leftMs = startedAt + maxWaitMs - now().getTime()
        if (leftMs > 0) await pause(leftMs).catch(() => undefined)
        continue
      }
      if (!isFenced && startedAt - idleAt >= HEARTBEAT_MS) {
        await advanceIdle(active.client, name)
        idleAt = startedAt
      }
      await active.sleep(isFenced ? fencedMs : POLL_MS)
      fencedMs = isFenced ? Math.min(fencedMs * 2, LONGEST_FENCED_MS) : FIRST_FENCED_MS
    }
  }

  async function loop(): Promise<void> {
    let reconnectMs = 50
    while (!ending.signal.aborted) {
      try {
        const active = await open()
        if (active === undefined) await pause(STANDBY_POLL_MS)
        else {
          reconnectMs = 50
          await whileActive(active)
        }
      } catch (error) {
        leave()
        if (ending.signal.aborted) return
        if (!isUnavailable(error)) throw error
        log.warn({ err: error, consumer: name, pause_ms: reconnectMs }, 'feed consumer lost its turn')
        await pause(reconnectMs).catch(() => undefined)
        reconnectMs = Math.min(reconnectMs * 2, LONGEST_RECONNECT_MS)
      }
    }
  }

  return {
    run: () => (running ??= loop()),
    step: async () => {
      const active = await open()
      if (active === undefined) throw consumerStandby({ consumer: name })
      return round(active)
    },
    close: async () => {
      ending.abort()
      session?.wake()
      await running?.catch(() => undefined)
      leave()
    },
  }
}
