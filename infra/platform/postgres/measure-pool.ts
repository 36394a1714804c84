import type { Postgres } from '../contract.ts'
import type { Metrics } from '../metrics.ts'

/**
 * Shows how many connections of a pool are in use, and how much work waits for one.
 * @param name whose pool it is: a role, since a process may run several
 */
export function measurePool(metrics: Metrics, name: string, { pool }: Pick<Postgres, 'pool'>): void {
  const connections = metrics.gauge(
    'platform_pool_connections',
    'Connections to Postgres: in use, idle, or waiting (work that waits for one).',
    ['pool', 'state'],
  )
  const most = metrics.gauge('platform_pool_connections_max', 'Connections that the pool may open at most.', [
    'pool',
  ])
  metrics.beforeRead(() => {
    most.set({ pool: name }, pool.options.max)
    connections.set({ pool: name, state: 'in_use' }, pool.totalCount - pool.idleCount)
    connections.set({ pool: name, state: 'idle' }, pool.idleCount)
    connections.set({ pool: name, state: 'waiting' }, pool.waitingCount)
  })
}
