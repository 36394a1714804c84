/** Case List: the cases of a domain. Source: reference §7.2. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { OWNER_MAPPING_TYPE, USERCASE_TYPE, type PageInfo, type ReportScope } from '../contract.ts'
import { ask, askPage, type Params } from './ask.ts'
import { Keyed, pageClause, parseCursor, toPage, type Sort } from './cursor.ts'
import { latestCases, type CaseCondition } from './latest-cases.ts'
import { emptyToNull, toIsoInstant } from './from-row.ts'
import { createNames, isSelective, ownerCondition } from './owners.ts'

export interface CaseListAsked {
  readonly cursor?: string | undefined
  readonly limit: number
  readonly owner: readonly string[]
  readonly case_type: readonly string[]
  readonly status: 'open' | 'closed' | 'all'
  readonly search?: string | undefined
  readonly sort: 'modified' | 'opened' | 'name' | 'type'
  readonly direction: 'asc' | 'desc'
}

const Row = z.object({
  case_id: z.string(),
  case_type: z.string(),
  case_name: z.string(),
  owner_id: z.string(),
  opened_on: z
    .string()
    .nullable()
    .transform((value) => (value === null ? null : toIsoInstant(value))),
  opened_by: z.string().transform(emptyToNull),
  modified_on: z.string().transform(toIsoInstant),
  server_modified_on: z.string().transform(toIsoInstant),
  closed: z.boolean(),
})

export interface ListedCase {
  readonly case_id: string
  readonly case_type: string
  readonly case_name: string
  readonly owner_id: string
  readonly owner_name: string
  readonly opened_on: string | null
  readonly opened_by: string | null
  readonly opened_by_name: string
  readonly modified_on: string
  readonly server_modified_on: string
  readonly closed: boolean
}

export interface CaseListReport extends PageInfo {
  readonly rows: readonly ListedCase[]
}

/**
 * One page, and how many cases there are in all; deleted cases are in no list.
 * @throws WAREHOUSE_FILTER_INVALID, WAREHOUSE_CURSOR_INVALID
 */
export async function caseList(
  warehouse: WarehouseClient,
  scope: ReportScope,
  asked: CaseListAsked,
): Promise<CaseListReport> {
  const sort = sortOf(asked)
  const cursor = parseCursor(asked.cursor, sort)
  const where = condition(scope, asked)
  const page = pageClause(sort, cursor, asked.limit)
  // The few columns that filter and sort choose the page; what it shows is read for its rows alone.
  const { rows: keys, total } = await askPage(warehouse, {
    sql: `select ${page.isPast}, toString(${sort.column}) as sort_key, case_id as sort_id
      from ${latestCases(where)} ${page.sql}`,
    params: { ...where.params, ...page.params },
    row: Keyed,
  })
  const { rows, next, previous } = toPage(keys, { sort, cursor, limit: asked.limit })
  return { total, next, previous, rows: await readCases(warehouse, scope, rows) }
}

/** The cases of a page, in its order. */
async function readCases(
  warehouse: WarehouseClient,
  scope: ReportScope,
  keys: readonly z.infer<typeof Keyed>[],
): Promise<readonly ListedCase[]> {
  const ids = keys.map((key) => key.sort_id)
  if (ids.length === 0) return []
  const found = await ask(warehouse, {
    sql: `select case_id, type as case_type, name as case_name, owner_id, toString(opened_at) as opened_on, opened_by,
        toString(modified_at) as modified_on, toString(server_modified_at) as server_modified_on, closed
      from case_facts final
      where domain = {domain:String} and case_id in {ids:Array(String)}
        and case_hash in (select arrayJoin(arrayMap(id -> cityHash64(id), {ids:Array(String)})))`,
    params: { domain: scope.domain, ids },
    row: Row,
  })
  const nameOf = await createNames(
    warehouse,
    scope,
    found.flatMap((row) => [row.owner_id, row.opened_by ?? '']),
  )
  const byId = new Map(found.map((row) => [row.case_id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    if (row === undefined) return []
    return [{ ...row, owner_name: nameOf(row.owner_id), opened_by_name: nameOf(row.opened_by ?? '') }]
  })
}

const SORTS: Readonly<Record<CaseListAsked['sort'], Pick<Sort, 'column' | 'type'>>> = {
  modified: { column: 'modified_at', type: "DateTime64(6, 'UTC')" },
  opened: {
    column: "ifNull(opened_at, toDateTime64('1900-01-01', 6, 'UTC'))",
    type: "DateTime64(6, 'UTC')",
  },
  name: { column: 'name', type: 'String' },
  type: { column: 'type', type: 'String' },
}

function sortOf({ sort, direction }: CaseListAsked): Sort {
  return { name: `cases-${sort}-${direction}`, ...SORTS[sort], id: 'case_id', direction }
}

function condition(scope: ReportScope, asked: CaseListAsked): CaseCondition {
  const owners = ownerCondition(asked.owner, scope)
  const all = ['domain = {domain:String}', 'not deleted', owners.sql]
  let params: Params = { domain: scope.domain, ...owners.params }
  if (asked.case_type.length > 0) {
    all.push('has({case_types:Array(String)}, type)')
    params = { ...params, case_types: asked.case_type }
  } else {
    all.push('not has({hidden_types:Array(String)}, type)')
    params = { ...params, hidden_types: [USERCASE_TYPE, OWNER_MAPPING_TYPE] }
  }
  if (asked.status !== 'all') all.push(asked.status === 'closed' ? 'closed' : 'not closed')
  const search = asked.search?.trim() ?? ''
  if (search !== '') {
    all.push(`(positionCaseInsensitiveUTF8(name, {search:String}) > 0
      or positionCaseInsensitiveUTF8(external_id, {search:String}) > 0 or case_id = {search:String})`)
    params = { ...params, search }
  }
  return { sql: all.join(' and '), params, isSelective: search !== '' || isSelective(asked.owner) }
}
