/** One insert: all rows of one topic and domain in one block, dropped by its token when it arrives twice. */
import { z } from 'zod'
import { toWarehouseProblem, type WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'
import { toEntryTables } from '../schema/entry-tables.ts'
import { ONE_BLOCK } from './one-block.ts'
import type { RowBatch } from './plan-batches.ts'

const INSERT_SETTINGS = {
  ...ONE_BLOCK,
  date_time_input_format: 'basic',
  // Nor may half a surrogate pair.
  input_format_json_throw_on_bad_escape_sequence: 0,
} as const

type Row = Readonly<Record<string, unknown>>

/** @throws PLATFORM_WAREHOUSE_UNREACHABLE and its siblings; nothing counts as delivered then. */
export async function writeBatch(warehouse: WarehouseClient, batch: RowBatch): Promise<void> {
  const { table, rows } = await toTarget(warehouse, batch)
  try {
    await warehouse.insert({
      table,
      values: rows,
      format: 'JSONEachRow',
      clickhouse_settings: { ...INSERT_SETTINGS, insert_deduplication_token: batch.token },
    })
  } catch (error) {
    throw toWarehouseProblem(error)
  }
}

async function toTarget(
  warehouse: WarehouseClient,
  batch: RowBatch,
): Promise<{ table: string; rows: Row[] }> {
  const entry = toEntryTables(batch.domain)
  switch (batch.topic) {
    case 'form-events.v1':
      return { table: entry.forms, rows: [...batch.rows, ...(await retiredPlaces(warehouse, batch))] }
    case 'case-events.v1':
      return { table: entry.cases, rows: [...batch.rows] }
    case 'user-events.v1':
      return { table: 'workers', rows: [...batch.rows] }
  }
}

const Place = z.object({ form_id: z.string(), received_at: z.string() })

/**
 * A form id may move to another `received_at`: an error form gives its id away to a later submission (reference §1.8). The
 * place is part of the key, so the old row would stay: it is overwritten by one in state deleted. One query, and only for
 * batches that hold a second version of something.
 */
async function retiredPlaces(warehouse: WarehouseClient, batch: RowBatch): Promise<Row[]> {
  const newest = new Map<string, Row>()
  for (const row of batch.rows) {
    const known = newest.get(String(row['form_id']))
    if (known === undefined || Number(known['version']) < Number(row['version']))
      newest.set(String(row['form_id']), row)
  }
  const changed = [...newest.values()].filter((row) => Number(row['version']) > 1)
  if (changed.length === 0) return []
  const stored = await ask(warehouse, {
    sql: `select distinct form_id, toString(received_at) as received_at from forms
      where domain = {domain:String} and form_id in {ids:Array(String)}
      order by form_id, received_at`,
    params: { domain: batch.domain, ids: changed.map((row) => String(row['form_id'])) },
    row: Place,
  })
  const places = [...stored, ...batch.rows.map((row) => Place.parse(row))]
  const retired = new Map<string, Row>()
  for (const place of places) {
    const row = newest.get(place.form_id)
    if (row === undefined || Number(row['version']) === 1 || row['received_at'] === place.received_at)
      continue
    const moved = { ...row, received_at: place.received_at, state: 64, case_ids: [], document: '{}' }
    retired.set(`${place.form_id} ${place.received_at}`, moved)
  }
  return [...retired.values()]
}
