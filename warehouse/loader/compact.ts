/**
 * Keeps `case_facts` near one part. Every read of it merges the versions of a case, which costs several times the scan when
 * the rows lie in many parts, and next to nothing when all but the newest few lie in one. The engine's own merges leave
 * parts of like size beside each other for hours; here they are joined whenever a few per cent of the rows are new.
 */
import { z } from 'zod'
import type { Log, WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'

const LEAST_NEW_ROWS = 10_000
const NEW_SHARE = 0.02

export interface Compaction {
  /** Counts what was delivered; may start a merge, which nobody waits for. */
  note(newRows: number): void
  /** Waits for the merge under way. */
  close(): Promise<void>
}

/** The first rows that are noted start a merge, for nobody knows how the last run left the table. */
export function createCompaction({ warehouse, log }: { warehouse: WarehouseClient; log: Log }): Compaction {
  let newRows = 0
  let enough = 1
  let running: Promise<void> | null = null

  async function compact(): Promise<void> {
    const startedAt = performance.now()
    try {
      await warehouse.command({
        query: 'optimize table case_facts final',
        clickhouse_settings: { optimize_skip_merged_partitions: 1 },
      })
      const [counted] = await ask(warehouse, {
        sql: 'select count() as row_count from case_facts',
        params: {},
        row: z.object({ row_count: z.number() }),
      })
      const rows = counted?.row_count ?? 0
      enough = Math.max(LEAST_NEW_ROWS, Math.ceil(rows * NEW_SHARE))
      log.debug({ rows, duration_ms: Math.round(performance.now() - startedAt) }, 'case facts compacted')
    } catch (error) {
      // Reads are slower until the next try, and right all the same.
      enough = LEAST_NEW_ROWS
      log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'case facts not compacted')
    }
  }

  return {
    note(delivered) {
      newRows += delivered
      if (running !== null || newRows < enough) return
      newRows = 0
      running = compact().finally(() => {
        running = null
      })
    },
    close: async () => {
      await running
    },
  }
}
