/** The consumer that feeds the warehouse: each planned range of the feed becomes one insert per topic and domain. */
import {
  createConsumer,
  measureDeliver,
  reach,
  traceDeliver,
  type Clock,
  type Consumer,
  type FeedConsumer,
  type Log,
  type Metrics,
  type ParkedEvent,
  type FeedRange,
  type Postgres,
  type Topic,
  type Tracing,
  type WarehouseClient,
} from '#infra/platform/index.ts'
import { createRemovals } from '../audit/removal.ts'
import { LOADED_CHANNEL, LOADED_TOPICS, LOADER_CONSUMER } from '../contract.ts'
import { ensureEntryTables } from '../schema/entry-tables.ts'
import { createCompaction } from './compact.ts'
import { measureInserts } from './measure-inserts.ts'
import { planBatches, readEvents, type Batch } from './plan-batches.ts'
import { writeBatch } from './write-batch.ts'
import { writeLines } from './write-lines.ts'

export interface LoaderOptions {
  readonly postgres: Postgres
  readonly warehouse: WarehouseClient
  readonly log: Log
  readonly now: Clock
  /** Most events of one range; a range is delivered as one block per topic and domain. */
  readonly maxEvents?: number
  /** Inserts under way at the same time. */
  readonly maxParallelInserts?: number
  readonly metrics?: Metrics | undefined
  readonly tracing?: Tracing | undefined
}

export type Loader = Consumer

const MAX_EVENTS = 100_000
const MAX_PARALLEL_INSERTS = 4

export type DeliverToWarehouse = (range: FeedRange) => Promise<readonly ParkedEvent[]>

/**
 * What the loader does with one range. Delivering the same range again changes nothing: same token, same rows.
 * @throws PLATFORM_WAREHOUSE_UNREACHABLE and its siblings, with nothing of the range counted as delivered.
 */
export function createDeliver(
  options: Pick<
    LoaderOptions,
    'postgres' | 'warehouse' | 'log' | 'now' | 'maxParallelInserts' | 'metrics' | 'tracing'
  >,
): DeliverToWarehouse {
  const entrances = new Map<string, Promise<void>>()
  const insert = measureInserts(options.metrics, async (batch) => {
    if (batch.kind === 'lines') return writeLines(options.warehouse, batch)
    await writeBatch(options.warehouse, batch)
    return true
  })
  /** @returns what could not be used after all. */
  const write = async (batches: readonly Batch[]): Promise<readonly ParkedEvent[]> => {
    const parked: ParkedEvent[] = []
    for (const batch of batches) {
      if (batch.topic !== 'user-events.v1') await entranceOf(entrances, options.warehouse, batch.domain)
      if (!(await insert(batch)) && batch.kind === 'lines') {
        const { topic, events } = batch
        options.log.info({ domain: batch.domain, topic, events: events.length }, 'events read one by one')
        const read = readEvents(batch, events)
        parked.push(...read.parked)
        if (read.batch.rows.length > 0) await insert(read.batch)
      }
      reach('loader.batch.inserted')
    }
    return parked
  }
  return traceDeliver(options.tracing, 'load range', async (range, mark) => {
    const startedMs = options.now().getTime()
    const plan = planBatches(range)
    const parked = [...plan.parked]
    await inParallel(plan.batches, options.maxParallelInserts ?? MAX_PARALLEL_INSERTS, async (batches) => {
      parked.push(...(await write(batches)))
    })
    mark('insert')
    await announce(options.postgres, range, parked)
    mark('visible')
    options.log.debug(
      {
        events: range.events.length,
        inserts: plan.batches.length,
        duration_ms: options.now().getTime() - startedMs,
      },
      'range loaded',
    )
    return parked
  })
}

/** The loader as a consumer, whatever carries the feed. */
export interface LoaderConsumer {
  readonly name: string
  readonly topics: readonly Topic[]
  readonly deliver: DeliverToWarehouse
  readonly maxEvents: number
  readonly now: Clock
}

/** `run` returns after `close`; a range that fails is delivered again, with the same token. */
export function createLoader(options: LoaderOptions): Loader {
  const { postgres, log } = options
  return createLoaderOver(options, (consumer) => createConsumer({ ...consumer, postgres, log }))
}

/**
 * The loader over another carrier of the feed.
 * @param open makes the consumer that hands the loader its ranges; several ranges may be under way at the same time.
 */
export function createLoaderOver<Feed extends FeedConsumer>(
  options: LoaderOptions,
  open: (consumer: LoaderConsumer) => Feed,
): Feed {
  const deliver = createDeliver(options)
  const compaction = createCompaction(options)
  const removals = createRemovals(options)
  const consumer = open({
    name: LOADER_CONSUMER,
    topics: LOADED_TOPICS,
    deliver: measureDeliver(options.metrics, async (range) => {
      const parked = await deliver(range)
      const changes = range.events.filter((event) => event.topic === 'case-events.v1').length
      if (changes > 0) compaction.note(changes)
      return parked
    }),
    now: options.now,
    maxEvents: options.maxEvents ?? MAX_EVENTS,
  })
  return {
    ...consumer,
    run: () => {
      removals.listen()
      return consumer.run()
    },
    close: async () => {
      await removals.close()
      await consumer.close()
      await compaction.close()
    },
  }
}

function entranceOf(
  known: Map<string, Promise<void>>,
  warehouse: WarehouseClient,
  domain: string,
): Promise<void> {
  const made = known.get(domain)
  if (made !== undefined) return made
  const making = ensureEntryTables(warehouse, domain)
  known.set(domain, making)
  making.catch(() => known.delete(domain))
  return making
}

/** Runs them `width` at a time; after a failure starts no further one, waits for those under way and throws. */
async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item)
      } catch (error) {
        queue.length = 0
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane))
  const failed = lanes.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Most bytes of a notification in Postgres: 8,000; a list of domains that is longer is sent in parts. */
const DOMAINS_PER_NOTIFICATION = 50

async function announce(postgres: Postgres, range: FeedRange, parked: readonly ParkedEvent[]): Promise<void> {
  const unused = new Set(parked.map(({ event }) => event))
  const news = new Map<string, { forms: number; cases: number }>()
  for (const event of range.events) {
    if (unused.has(event)) continue
    const seen = news.get(event.domain) ?? { forms: 0, cases: 0 }
    if (event.topic === 'form-events.v1') seen.forms += 1
    if (event.topic === 'case-events.v1') seen.cases += 1
    news.set(event.domain, seen)
  }
  const asOf = range.events.at(-1)?.createdAt.toISOString() ?? null
  const entries = [...news]
  for (let at = 0; at < entries.length; at += DOMAINS_PER_NOTIFICATION) {
    const domains = Object.fromEntries(entries.slice(at, at + DOMAINS_PER_NOTIFICATION))
    await postgres.pool.query('select pg_notify($1, $2)', [
      LOADED_CHANNEL,
      JSON.stringify({ domains, as_of: asOf }),
    ])
  }
}
