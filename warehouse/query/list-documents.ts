/** Forms and cases whole, for the REST API: filters, order and paging of reference §10.1–10.4. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { toWarehouseInstant } from '../loader/to-warehouse-instant.ts'
import { instantInvalid } from '../problems.ts'
import { ask, askPage, type Params } from './ask.ts'
import type { Condition } from './emw.ts'
import { toIsoInstant } from './from-row.ts'

/** Both ends belong to the range; ISO 8601 with a zone. */
export interface InstantRange {
  readonly start?: string | undefined
  readonly end?: string | undefined
}

interface Paging<Order extends string> {
  readonly limit: number
  readonly offset: number
  readonly order_by: Order
  readonly descending: boolean
}

export interface ListFormsAsked extends Paging<'received_on' | 'server_modified_on' | 'indexed_on'> {
  readonly xmlns?: string | undefined
  readonly app_id?: string | undefined
  readonly app_version?: string | undefined
  readonly user_id?: string | undefined
  readonly type?: string | undefined
  readonly case_id?: string | undefined
  /** Archived forms beside the normal ones. */
  readonly include_archived: boolean
  readonly received_on: InstantRange
  readonly server_modified_on: InstantRange
  readonly indexed_on: InstantRange
}

export interface ListCasesAsked extends Paging<'server_date_modified' | 'date_modified' | 'indexed_on'> {
  readonly owner_id?: string | undefined
  readonly user_id?: string | undefined
  readonly type?: string | undefined
  readonly name?: string | undefined
  readonly external_id?: string | undefined
  readonly closed?: boolean | undefined
  readonly date_modified: InstantRange
  readonly server_date_modified: InstantRange
  readonly indexed_on: InstantRange
}

export interface ListedDocument {
  readonly id: string
  readonly version: number
  /** JSON of a `FormSnapshot` or `CaseSnapshot`. */
  readonly document: string
  readonly indexed_on: string
}

export interface DocumentList {
  readonly total_count: number
  readonly rows: readonly ListedDocument[]
}

/** @throws WAREHOUSE_INSTANT_INVALID */
export function listForms(
  warehouse: WarehouseClient,
  domain: string,
  asked: ListFormsAsked,
): Promise<DocumentList> {
  const where = createWhere(domain)
  where.add(asked.include_archived ? 'state in (1, 2)' : 'state = 1')
  where.equals('xmlns', asked.xmlns)
  where.equals('app_id', asked.app_id)
  where.equals('app_version', asked.app_version)
  where.equals('user_id', asked.user_id)
  where.equals('form_type', asked.type)
  if (asked.case_id !== undefined) where.add('has(case_ids, {case_id:String})', { case_id: asked.case_id })
  where.between('received_at', 'received_on', asked.received_on)
  where.between('server_modified_at', 'server_modified_on', asked.server_modified_on)
  where.between('loaded_at', 'indexed_on', asked.indexed_on)
  const columns = {
    received_on: 'received_at',
    server_modified_on: 'server_modified_at',
    indexed_on: 'loaded_at',
  } as const
  return list(
    warehouse,
    {
      table: 'forms',
      id: 'form_id',
      place: 'toString(received_at)',
      documents: `forms final where domain = {domain:String} and form_id in {ids:Array(String)} and state != 64
        and received_at in (select arrayJoin(arrayMap(at -> toDateTime64(at, 6, 'UTC'), {places:Array(String)})))`,
      order: columns[asked.order_by],
    },
    where.done(),
    asked,
  )
}

/** @throws WAREHOUSE_INSTANT_INVALID */
export function listCases(
  warehouse: WarehouseClient,
  domain: string,
  asked: ListCasesAsked,
): Promise<DocumentList> {
  const where = createWhere(domain)
  where.add('not deleted')
  where.equals('owner_id', asked.owner_id)
  where.equals('modified_by', asked.user_id)
  where.equals('type', asked.type)
  where.equals('name', asked.name)
  where.equals('external_id', asked.external_id)
  if (asked.closed !== undefined) where.add(asked.closed ? 'closed' : 'not closed')
  where.between('modified_at', 'date_modified', asked.date_modified)
  where.between('server_modified_at', 'server_date_modified', asked.server_date_modified)
  where.between('loaded_at', 'indexed_on', asked.indexed_on)
  const columns = {
    server_date_modified: 'server_modified_at',
    date_modified: 'modified_at',
    indexed_on: 'loaded_at',
  } as const
  return list(
    warehouse,
    {
      table: 'case_facts',
      id: 'case_id',
      place: "''",
      documents: `cases final where domain = {domain:String} and case_id in {ids:Array(String)}`,
      order: columns[asked.order_by],
    },
    where.done(),
    asked,
  )
}

interface Source {
  /** Where the page is chosen, by narrow columns. */
  readonly table: 'forms' | 'case_facts'
  readonly id: 'form_id' | 'case_id'
  /** The condition that leads to the chosen documents by the order of their table. */
  readonly documents: string
  /** The column of that order besides the id, as text. */
  readonly place: string
  readonly order: string
}

const Chosen = z.object({ id: z.string(), place: z.string(), indexed_on: z.string().transform(toIsoInstant) })
type Chosen = z.infer<typeof Chosen>
const Found = z.object({ id: z.string(), version: z.number(), document: z.string() })

/** Narrow columns choose the page, then the documents of the page alone are read. */
async function list(
  warehouse: WarehouseClient,
  source: Source,
  where: Condition,
  asked: Paging<string>,
): Promise<DocumentList> {
  const { table, id, order, place } = source
  const direction = asked.descending ? 'desc' : 'asc'
  const { rows: chosen, total } = await askPage(warehouse, {
    sql: `select ${id} as id, ${place} as place, toString(loaded_at) as indexed_on from ${table} final
      where ${where.sql} order by ${order} ${direction}, ${id} ${direction}
      limit {limit:UInt32} offset {offset:UInt64}`,
    params: { ...where.params, limit: asked.limit, offset: asked.offset },
    row: Chosen,
  })
  const found = await readDocuments(warehouse, source, chosen, where.params)
  const rows = chosen.flatMap(({ id: chosenId, indexed_on }) => {
    const document = found.get(chosenId)
    return document === undefined ? [] : [{ ...document, indexed_on }]
  })
  return { total_count: total, rows }
}

/** A row comes into the two tables of cases one after the other, within milliseconds. */
const LOOKS = 5
const PAUSE_MS = 20

async function readDocuments(
  warehouse: WarehouseClient,
  { id, documents }: Source,
  chosen: readonly Chosen[],
  params: Params,
): Promise<ReadonlyMap<string, z.infer<typeof Found>>> {
  if (chosen.length === 0) return new Map()
  for (let look = 1; ; look += 1) {
    const found = await ask(warehouse, {
      sql: `select ${id} as id, version, document from ${documents} order by id`,
      params: {
        domain: params['domain'] ?? '',
        ids: chosen.map((row) => row.id),
        places: [...new Set(chosen.map((row) => row.place))],
      },
      row: Found,
    })
    if (found.length >= chosen.length || look === LOOKS) return new Map(found.map((row) => [row.id, row]))
    await new Promise((done) => setTimeout(done, PAUSE_MS))
  }
}

function createWhere(domain: string) {
  const all = ['domain = {domain:String}']
  let params: Params = { domain }
  const add = (sql: string, more: Params = {}): void => {
    all.push(sql)
    params = { ...params, ...more }
  }
  return {
    add,
    equals(column: string, value: string | undefined): void {
      if (value !== undefined) add(`${column} = {${column}:String}`, { [column]: value })
    },
    between(column: string, parameter: string, range: InstantRange): void {
      const type = "DateTime64(6, 'UTC')"
      if (range.start !== undefined) {
        add(`${column} >= {${column}_start:${type}}`, {
          [`${column}_start`]: parseInstant(range.start, `${parameter}_start`),
        })
      }
      if (range.end !== undefined) {
        add(`${column} <= {${column}_end:${type}}`, {
          [`${column}_end`]: parseInstant(range.end, `${parameter}_end`),
        })
      }
    },
    done: (): Condition => ({ sql: all.join(' and '), params }),
  }
}

function parseInstant(value: string, parameter: string): string {
  const instant = toWarehouseInstant(value)
  if (instant === null) throw instantInvalid({ parameter })
  return instant
}
