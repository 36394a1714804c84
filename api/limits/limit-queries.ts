import type { ClickHouseClient } from '@clickhouse/client'
import { createTurnstile } from '#infra/platform/index.ts'
import type { Metrics } from '#infra/platform/index.ts'
import { queriesBusy } from '../problems.ts'
import type { ApiLimits } from './api-limits.ts'

/** Readers of a page look again; those behind them wait as long. */
const RETRY_AFTER_SECONDS = 5

/**
 * The same client, whose selects go through a turnstile: its own queue for a connection has no end. Every question of ours
 * names its project space among its parameters, and the spaces take turns.
 */
export function limitQueries(
  warehouse: ClickHouseClient,
  { boundOf }: Pick<ApiLimits, 'boundOf'>,
  metrics: Metrics,
): ClickHouseClient {
  const refused = metrics.counter('api_queries_refused_total', 'Questions to the warehouse turned away.')
  const turnstile = createTurnstile({
    width: () => boundOf('queries.running'),
    mayWait: () => boundOf('queries.waiting'),
    mayWaitOf: (domain) => boundOf('queries.space_waiting', domain),
    toProblem: () => {
      refused.inc()
      return queriesBusy({ retryAfterSeconds: RETRY_AFTER_SECONDS })
    },
  })
  const queries = metrics.gauge('api_queries', 'Questions to the warehouse: running, waiting.', ['state'])
  metrics.beforeRead(() => {
    const { running, waiting } = turnstile.load()
    queries.set({ state: 'running' }, running)
    queries.set({ state: 'waiting' }, waiting)
  })
  const query: ClickHouseClient['query'] = async (asked) => {
    const domain = asked.query_params?.['domain']
    return turnstile.run(typeof domain === 'string' ? domain : '', () => warehouse.query(asked))
  }
  // Everything else is the client's own.
  const limited: unknown = Object.create(warehouse, { query: { value: query } })
  return limited as ClickHouseClient
}
