import type { Metrics } from '#infra/platform/index.ts'
import type { Batch } from './plan-batches.ts'

type Write = (batch: Batch) => Promise<boolean>

/**
 * Counts inserts, their rows and their time, by topic. Without `metrics`, `write` itself.
 * @param write says false when the engine could not read the events, which are then written as rows.
 */
export function measureInserts(metrics: Metrics | undefined, write: Write): Write {
  if (metrics === undefined) return write
  const inserts = metrics.counter('warehouse_inserts_total', 'Inserts into the warehouse.', [
    'topic',
    'outcome',
  ])
  const rows = metrics.counter('warehouse_inserted_rows_total', 'Rows of inserts that succeeded.', ['topic'])
  const seconds = metrics.histogram('warehouse_insert_seconds', 'Time of one insert.', ['topic'])
  const running = metrics.gauge('warehouse_inserts_running', 'Inserts under way.')
  return async (batch) => {
    const { topic } = batch
    const startedMs = performance.now()
    running.inc()
    try {
      const isWritten = await write(batch)
      inserts.inc({ topic, outcome: isWritten ? 'ok' : 'refused' })
      if (!isWritten) return false
      rows.inc({ topic }, batch.kind === 'rows' ? batch.rows.length : batch.events.length)
      return true
    } catch (error) {
      inserts.inc({ topic, outcome: 'failed' })
      throw error
    } finally {
      running.dec()
      seconds.observe({ topic }, (performance.now() - startedMs) / 1_000)
    }
  }
}
