/** The counts that all processes share: one statement adds what came since the last time and says what is there now. */
import type { Postgres } from '#infra/platform/contract.ts'
import { WINDOW_SECONDS } from './limit-keys.ts'
import { SHARED_WINDOWS, type SharedCounts } from './usage.ts'

export interface Added {
  readonly limiter: string
  /** Empty: the whole platform. */
  readonly domain: string
  readonly hits: number
}

interface CountRow {
  readonly limiter: string
  readonly domain: string
  readonly total: number
  readonly starts: readonly number[]
  readonly counts: readonly number[]
  readonly befores: readonly number[]
}

export interface RateCounts {
  /** @returns what is there now, in any order. One statement; processes that add to the same rows go one after the other. */
  add(rows: readonly Added[], at: number): Promise<ReadonlyMap<string, SharedCounts>>
  /** Forgets what no window reaches back to. */
  prune(at: number): Promise<void>
}

const LENGTHS = SHARED_WINDOWS.map((name) => WINDOW_SECONDS[name])

/** One array of the row, window by window: the same window, the next one, a later one, or a clock that is behind. */
function eachWindow(toCase: (n: number, length: number) => string): string {
  return `array[${LENGTHS.map((length, index) => toCase(index + 1, length)).join(', ')}]`
}

const COUNTS = eachWindow(
  (n) => `case when excluded.starts[${n}] > c.starts[${n}] then excluded.counts[${n}]
    when excluded.starts[${n}] = c.starts[${n}] then c.counts[${n}] + excluded.counts[${n}] else c.counts[${n}] end`,
)
const BEFORES = eachWindow(
  (n, length) => `case when excluded.starts[${n}] = c.starts[${n}] + ${length} then c.counts[${n}]
    when excluded.starts[${n}] > c.starts[${n}] then 0
    when excluded.starts[${n}] = c.starts[${n}] - ${length} then c.befores[${n}] + excluded.counts[${n}] else c.befores[${n}] end`,
)
const STARTS = eachWindow((n) => `greatest(c.starts[${n}], excluded.starts[${n}])`)

const ADD = `
  insert into tenants.rate_counts as c (limiter, domain, total, starts, counts, befores)
  select limiter, domain, hits, $4::bigint[], array_fill(hits, array[${LENGTHS.length}]), array_fill(0::bigint, array[${LENGTHS.length}])
  from unnest($1::text[], $2::text[], $3::bigint[]) as added (limiter, domain, hits)
  order by limiter, domain
  on conflict (limiter, domain) do update set
    total = c.total + excluded.total,
    starts = ${STARTS}, counts = ${COUNTS}, befores = ${BEFORES}
  returning limiter, domain, total, starts, counts, befores`

export function countsKey({
  limiter,
  domain,
}: {
  readonly limiter: string
  readonly domain: string
}): string {
  return `${limiter} ${domain}`
}

function toShared({ total, starts, counts, befores }: CountRow): SharedCounts {
  return {
    total,
    windows: LENGTHS.map((_, index) => ({
      startedAt: (starts[index] ?? 0) * 1_000,
      count: counts[index] ?? 0,
      before: befores[index] ?? 0,
    })),
  }
}

export function createRateCounts({ postgres }: { postgres: Postgres }): RateCounts {
  return {
    async add(rows, at) {
      if (rows.length === 0) return new Map()
      const seconds = at / 1_000
      const { rows: found } = await postgres.pool.query<CountRow>(ADD, [
        rows.map((row) => row.limiter),
        rows.map((row) => row.domain),
        rows.map((row) => row.hits),
        LENGTHS.map((length) => Math.floor(seconds / length) * length),
      ])
      return new Map(found.map((row) => [countsKey(row), toShared(row)]))
    },
    async prune(at) {
      const [week = 0] = LENGTHS.slice(-1)
      await postgres.pool.query(
        'delete from tenants.rate_counts where starts[array_length(starts, 1)] < $1',
        [Math.floor(at / 1_000) - 3 * week],
      )
    },
  }
}
