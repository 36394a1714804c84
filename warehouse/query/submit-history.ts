/** Submit History: forms one by one, newest first. Source: reference §7.2. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { PageInfo, ReportScope } from '../contract.ts'
import { ask, askPage, type Params } from './ask.ts'
import { Keyed, pageClause, parseCursor, toPage, type Sort } from './cursor.ts'
import { readDayRange, type AskedDays, type DayRange } from './days.ts'
import { parseEmw, userCondition, type Condition } from './emw.ts'
import { emptyToNull, toIsoInstant, toStateName } from './from-row.ts'

const STATES = {
  normal: 1,
  archived: 2,
  deprecated: 4,
  duplicate: 8,
  error: 16,
  submission_error_log: 32,
} as const

export interface SubmitHistoryAsked extends AskedDays {
  readonly cursor?: string | undefined
  readonly limit: number
  readonly emw: readonly string[]
  readonly xmlns: readonly string[]
  readonly sub_time: 'received' | 'completed'
  readonly search?: string | undefined
  readonly state: keyof typeof STATES | 'all'
}

const Key = Keyed.extend({ place: z.string() })

const Row = z.object({
  form_id: z.string(),
  form_name: z.string(),
  xmlns: z.string(),
  user_id: z.string().transform(emptyToNull),
  username: z.string(),
  received_on: z.string().transform(toIsoInstant),
  completed_on: z
    .string()
    .nullable()
    .transform((value) => (value === null ? null : toIsoInstant(value))),
  state: z.number().transform(toStateName),
  problem: z.string().transform(emptyToNull),
  case_count: z.number(),
})
export type SubmittedForm = z.infer<typeof Row>

export interface SubmitHistoryReport extends PageInfo {
  readonly startdate: string
  readonly enddate: string
  readonly rows: readonly SubmittedForm[]
}

/**
 * One page, and how many forms there are in all.
 * Submissions that could not be read have no user: the default filter of workers lets them through.
 * @throws WAREHOUSE_RANGE_INVALID, WAREHOUSE_FILTER_INVALID, WAREHOUSE_CURSOR_INVALID, WAREHOUSE_TIMEZONE_UNKNOWN
 */
export async function submitHistory(
  warehouse: WarehouseClient,
  scope: ReportScope,
  asked: SubmitHistoryAsked,
  now: Date,
): Promise<SubmitHistoryReport> {
  const range = readDayRange(asked, scope.timezone, now)
  const sort = sortOf(asked)
  const cursor = parseCursor(asked.cursor, sort)
  const where = condition(scope, asked, range, sort)
  const page = pageClause(sort, cursor, asked.limit)
  // The few columns that filter and sort choose the page; what it shows is read for its rows alone.
  const { rows: keys, total } = await askPage(warehouse, {
    sql: `select ${page.isPast}, toString(${sort.column}) as sort_key, form_id as sort_id, toString(received_at) as place
      from forms final where ${where.sql} ${page.sql}`,
    params: { ...where.params, ...page.params },
    row: Key,
  })
  const { rows, next, previous } = toPage(keys, { sort, cursor, limit: asked.limit })
  return {
    total,
    next,
    previous,
    startdate: range.startdate,
    enddate: range.enddate,
    rows: await readForms(warehouse, scope, rows),
  }
}

/** The forms of a page, in its order. */
async function readForms(
  warehouse: WarehouseClient,
  scope: ReportScope,
  keys: readonly z.infer<typeof Key>[],
): Promise<readonly SubmittedForm[]> {
  if (keys.length === 0) return []
  const found = await ask(warehouse, {
    sql: `select form_id, form_name, xmlns, user_id, username, toString(received_at) as received_on,
        toString(completed_at) as completed_on, state, problem, length(case_ids) as case_count
      from forms final where domain = {domain:String} and (received_at, form_id) in (
        select toDateTime64(key.1, 6, 'UTC'), key.2
        from (select arrayJoin(arrayZip({places:Array(String)}, {ids:Array(String)})) as key))`,
    params: {
      domain: scope.domain,
      ids: keys.map((key) => key.sort_id),
      places: keys.map((key) => key.place),
    },
    row: Row,
  })
  const byId = new Map(found.map((row) => [row.form_id, row]))
  return keys.flatMap((key) => byId.get(key.sort_id) ?? [])
}

function sortOf(asked: SubmitHistoryAsked): Sort {
  const completed = asked.sub_time === 'completed'
  return {
    name: completed ? 'forms-completed' : 'forms-received',
    // Forms without a completion time are not in a range of completion times, so the null never sorts.
    column: completed ? "ifNull(completed_at, toDateTime64('1900-01-01', 6, 'UTC'))" : 'received_at',
    type: "DateTime64(6, 'UTC')",
    id: 'form_id',
    direction: 'desc',
  }
}

function condition(scope: ReportScope, asked: SubmitHistoryAsked, range: DayRange, sort: Sort): Condition {
  const all = [
    'domain = {domain:String}',
    `${sort.column} >= {from:DateTime64(6, 'UTC')}`,
    `${sort.column} < {to:DateTime64(6, 'UTC')}`,
  ]
  let params: Params = { domain: scope.domain, from: range.from, to: range.to }
  if (asked.state === 'all') all.push('bitAnd(state, 64) = 0')
  else {
    all.push('state = {state:UInt8}')
    params = { ...params, state: STATES[asked.state] }
  }
  const users = userCondition(parseEmw(asked.emw), scope, 'user_id')
  all.push(asked.emw.length === 0 ? `(${users.sql} or state = 32)` : users.sql)
  params = { ...params, ...users.params }
  if (asked.xmlns.length > 0) {
    all.push('has({xmlns:Array(String)}, xmlns)')
    params = { ...params, xmlns: asked.xmlns }
  }
  const search = asked.search?.trim() ?? ''
  if (search !== '') {
    all.push(`(positionCaseInsensitiveUTF8(username, {search:String}) > 0
      or positionCaseInsensitiveUTF8(form_name, {search:String}) > 0 or form_id = {search:String})`)
    params = { ...params, search }
  }
  return { sql: all.join(' and '), params }
}
