import type { Metrics } from '#infra/platform/index.ts'
import type { EngineNumbers } from './numbers.ts'

/** Shows what the engine in this process counts by itself. */
export function measureEngine(metrics: Metrics, read: () => EngineNumbers): void {
  const statements = metrics.counter('warehouse_engine_statements_total', 'Statements that ended.', [
    'kind',
    'outcome',
  ])
  const seconds = metrics.counter('warehouse_engine_statement_seconds_total', 'Time of all statements.')
  const readRows = metrics.counter('warehouse_engine_read_rows_total', 'Rows that statements read.')
  const written = metrics.counter('warehouse_engine_written_rows_total', 'Rows that inserts wrote.')
  const sent = metrics.counter('warehouse_engine_result_bytes_total', 'Bytes of results.')
  const running = metrics.gauge('warehouse_engine_statements_running', 'Statements under way.')
  const waiting = metrics.gauge('warehouse_engine_statements_waiting', 'Statements that wait for a lane.')
  const sums = { seconds: 0, readRows: 0, writtenRows: 0, resultBytes: 0 }
  const counted = new Map<string, number>()
  metrics.beforeRead(() => {
    const now = read()
    for (const { kind, outcome, count } of now.statements) {
      const key = `${kind} ${outcome}`
      statements.inc({ kind, outcome }, count - (counted.get(key) ?? 0))
      counted.set(key, count)
    }
    seconds.inc(now.seconds - sums.seconds)
    readRows.inc(now.readRows - sums.readRows)
    written.inc(now.writtenRows - sums.writtenRows)
    sent.inc(now.resultBytes - sums.resultBytes)
    Object.assign(sums, now)
    running.set(now.running)
    waiting.set(now.waiting)
  })
}
