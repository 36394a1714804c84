/** One insert of events as they lie in the outbox: the engine reads them itself (`entry-select.ts`). */
import { Readable } from 'node:stream'
import { ClickHouseError } from '@clickhouse/client'
import { Problem, toWarehouseProblem, type WarehouseClient } from '#infra/platform/index.ts'
import { toEntryTables } from '../schema/entry-tables.ts'
import { insertCaseLines, insertFormLines } from './entry-select.ts'
import { ONE_BLOCK } from './one-block.ts'
import type { LineBatch } from './plan-batches.ts'
import { toBody } from './to-lines.ts'

const SETTINGS = {
  ...ONE_BLOCK,
  max_threads: 1,
  max_insert_threads: '1',
  max_block_size: '10000000',
  // A text read is written again as ingest writes it.
  output_format_json_escape_forward_slashes: 0,
} as const

/**
 * @returns false when a line does not fit: nothing of them is stored then, and `to-rows.ts` has to say what each is.
 * @throws PLATFORM_WAREHOUSE_UNREACHABLE and its siblings
 */
export async function writeLines(warehouse: WarehouseClient, batch: LineBatch): Promise<boolean> {
  const entry = toEntryTables(batch.domain)
  const query = batch.topic === 'form-events.v1' ? insertFormLines(entry.forms) : insertCaseLines(entry.cases)
  try {
    const { stream } = await warehouse.exec({
      query,
      query_params: { domain: batch.domain },
      values: Readable.from(toBody(batch.events), { objectMode: false }),
      clickhouse_settings: { ...SETTINGS, insert_deduplication_token: batch.token },
    })
    stream.resume()
    return true
  } catch (error) {
    const known = toWarehouseProblem(error)
    if (known instanceof Problem || !(error instanceof ClickHouseError)) throw known
    return false
  }
}
