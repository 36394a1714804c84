/** What the two engines can do with the same events when nothing of ours stands between: the road is as fast as its slowest part. */
import { applyWarehouseDdl, ensureEntryTables } from '#warehouse/index.ts'
import { createWarehouseClient, type Postgres, type WarehouseClient } from '#infra/platform/index.ts'
import { copyOut } from '../../platform/feed/copy-out.ts'

export interface Limit {
  readonly eventsPerSecond: number
  readonly megabytesPerSecond: number
  readonly cpuSecondsPerMillion: number
}

const READ_EVENTS = 500_000
const WRITE_EVENTS = 200_000
const ROWS_A_STATEMENT = 50_000

function toLimit(events: number, bytes: number, seconds: number, cpuSeconds: number): Limit {
  return {
    eventsPerSecond: Math.round(events / seconds),
    megabytesPerSecond: Math.round(bytes / seconds / 1e6),
    cpuSecondsPerMillion: Math.round((cpuSeconds / events) * 1e7) / 10,
  }
}

/** One connection reads payloads as fast as Postgres gives them; the bytes are counted and dropped. */
export async function measureRead(postgres: Postgres, cpuSeconds: () => number): Promise<Limit> {
  const client = await postgres.pool.connect()
  try {
    let [events, bytes] = [0, 0]
    const [startedAt, cpuBefore] = [performance.now(), cpuSeconds()]
    await copyOut(
      client,
      `copy (select payload from feed.outbox order by xid, seq limit ${READ_EVENTS}) to stdout (format csv, delimiter E'\\x02', quote E'\\x01')`,
      (row) => {
        events += 1
        bytes += row.length
      },
    )
    return toLimit(events, bytes, (performance.now() - startedAt) / 1_000, cpuSeconds() - cpuBefore)
  } finally {
    client.release()
  }
}

/**
 * The engine inserts rows that it already has, through a domain's entrance into tables like the real ones: what storing the
 * events costs when nobody has to read them first.
 */
export async function measureWrite(
  warehouse: WarehouseClient,
  login: { readonly url: string; readonly username: string; readonly password: string },
  from: { readonly domain: string; readonly payloadBytesOfEvent: number },
  cpuSeconds: () => number,
): Promise<Limit> {
  await warehouse.command({ query: 'create database limits' })
  const limits = createWarehouseClient({ ...login, database: 'limits', requestTimeoutMs: 600_000 })
  try {
    await applyWarehouseDdl(limits)
    await ensureEntryTables(limits, 'limit')
    const half = WRITE_EVENTS / 2
    const source = from.domain
    await limits.command({ query: `create table held_forms as entry_forms_limit engine = Memory` })
    await limits.command({ query: `create table held_cases as entry_cases_limit engine = Memory` })
    const forms = await columnsOf(limits, 'entry_forms_limit')
    const formList = forms.join(', ')
    await limits.command({
      query: `insert into held_forms (${formList}) select ${formList} from default.forms where domain = {source:String} limit ${half}`,
      query_params: { source },
    })
    await limits.command({
      query: `insert into held_cases select c.domain, c.case_id, c.version, f.type, f.name, f.owner_id, f.external_id, f.opened_at, f.opened_by,
        f.modified_at, f.modified_by, f.closed, f.closed_at, f.closed_by, f.deleted, f.server_modified_at, c.after, c.cause, c.form_id,
        c.transaction_type, c.user_id, c.owner_before, c.changed_at, c.server_at, c.before
        from (select * from default.case_changes where domain = {source:String} limit ${half}) as c
        join (select * from default.case_facts where domain = {source:String}) as f on f.case_id = c.case_id limit ${half}`,
      query_params: { source },
    })
    const rows = (await countOf(limits, 'held_forms')) + (await countOf(limits, 'held_cases'))
    const [startedAt, cpuBefore] = [performance.now(), cpuSeconds()]
    for (const table of ['forms', 'cases'])
      await limits.command({
        query: `insert into entry_${table}_limit select * from held_${table}`,
        clickhouse_settings: {
          max_block_size: String(ROWS_A_STATEMENT),
          max_threads: 2,
          max_insert_threads: '2',
          max_partitions_per_insert_block: '0',
        },
      })
    const seconds = (performance.now() - startedAt) / 1_000
    return toLimit(rows, rows * from.payloadBytesOfEvent, seconds, cpuSeconds() - cpuBefore)
  } finally {
    await limits.command({ query: 'drop database if exists limits' })
    await limits.close()
  }
}

async function columnsOf(warehouse: WarehouseClient, table: string): Promise<readonly string[]> {
  const result = await warehouse.query({ query: `describe ${table}`, format: 'JSONEachRow' })
  return (await result.json<{ name: string }>()).map(({ name }) => name)
}

async function countOf(warehouse: WarehouseClient, table: string): Promise<number> {
  const result = await warehouse.query({
    query: `select count() as held from ${table}`,
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ held: number }>()
  return row?.held ?? 0
}
