/** Forms and cases whole, for the REST API: filters, order and paging of reference §10.1–10.4. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { toWarehouseInstant } from '../loader/to-warehouse-instant.ts'
import { instantInvalid } from '../problems.ts'
import { ask, type Params } from './ask.ts'
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

const Document = z.object({
  id: z.string(),
  version: z.number(),
  /** JSON of a `FormSnapshot` or `CaseSnapshot`. */
  document: z.string(),
  indexed_on: z.string().transform(toIsoInstant),
})
export type ListedDocument = z.infer<typeof Document>

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
    { table: 'forms', id: 'form_id', order: columns[asked.order_by] },
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
    { table: 'cases', id: 'case_id', order: columns[asked.order_by] },
    where.done(),
    asked,
  )
}

interface Source {
  readonly table: 'forms' | 'cases'
  readonly id: 'form_id' | 'case_id'
  readonly order: string
}

/** Narrow columns choose the page, then the documents of the page alone are read. */
async function list(
  warehouse: WarehouseClient,
  { table, id, order }: Source,
  where: Condition,
  asked: Paging<string>,
): Promise<DocumentList> {
  const direction = asked.descending ? 'desc' : 'asc'
  const [rows, totals] = await Promise.all([
    ask(warehouse, {
      sql: `select ${id} as id, version, document, toString(loaded_at) as indexed_on from ${table} final
        where ${where.sql} order by ${order} ${direction}, ${id} ${direction}
        limit {limit:UInt32} offset {offset:UInt64}`,
      params: { ...where.params, limit: asked.limit, offset: asked.offset },
      row: Document,
    }),
    ask(warehouse, {
      sql: `select count() as total from ${table} final where ${where.sql}`,
      params: where.params,
      row: z.object({ total: z.number() }),
    }),
  ])
  return { total_count: totals[0]?.total ?? 0, rows }
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
