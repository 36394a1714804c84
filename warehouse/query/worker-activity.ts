/** Worker Activity. Source: reference §7.1. The questions are here, what becomes of the answers in `shape-worker-activity.ts`. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { USERCASE_TYPE, type ReportScope } from '../contract.ts'
import { ask, type Params } from './ask.ts'
import { readDayRange, type AskedDays, type DayRange } from './days.ts'
import {
  NORMAL_FORMS,
  normalFormsParams,
  otherUserIds,
  parseEmw,
  userCondition,
  workersCondition,
  type WorkerFilter,
} from './emw.ts'
import { latestCases } from './latest-cases.ts'
import {
  shapeWorkerActivity,
  type ActivityFacts,
  type WorkerActivityReport,
} from './shape-worker-activity.ts'

export interface WorkerActivityAsked extends AskedDays {
  readonly view_by: 'users' | 'groups'
  readonly emw: readonly string[]
  readonly case_type: readonly string[]
}

export const ReportWorker = z.object({
  user_id: z.string(),
  username: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  location_id: z.string(),
  group_ids: z.array(z.string()),
  case_sharing_group_ids: z.array(z.string()),
})
export type ReportWorker = z.infer<typeof ReportWorker>

/**
 * One row per chosen worker (or group), also those without any work, and the footer.
 * Days are the scope's time zone's. Differs: deleted workers count as unknown users.
 * @throws WAREHOUSE_RANGE_INVALID, WAREHOUSE_RANGE_TOO_LONG, WAREHOUSE_FILTER_INVALID, WAREHOUSE_TIMEZONE_UNKNOWN
 */
export async function workerActivity(
  warehouse: WarehouseClient,
  scope: ReportScope,
  asked: WorkerActivityAsked,
  now: Date,
): Promise<WorkerActivityReport> {
  const range = readDayRange(asked, scope.timezone, now)
  const filter = parseEmw(asked.emw)
  const [workers, forms, created, closed, owners] = await Promise.all([
    chosenWorkers(warehouse, scope, filter),
    formCounts(warehouse, scope, filter, range),
    caseCounts(warehouse, scope, asked.case_type, range, 'opened'),
    caseCounts(warehouse, scope, asked.case_type, range, 'closed'),
    ownerCounts(warehouse, scope, asked.case_type, range),
  ])
  const facts: ActivityFacts = {
    workers: [...workers, ...others(scope, filter, workers, forms)],
    forms: new Map(forms.map((row) => [row.user_id, row])),
    created: new Map(created.map((row) => [row.user_id, row.cases])),
    closed: new Map(closed.map((row) => [row.user_id, row.cases])),
    owners: new Map(owners.map((row) => [row.owner_id, row])),
  }
  return shapeWorkerActivity({ scope, asked, filter, range, facts })
}

/** The mobile workers that a filter chooses, by name. */
export async function chosenWorkers(
  warehouse: WarehouseClient,
  scope: ReportScope,
  filter: WorkerFilter,
): Promise<readonly ReportWorker[]> {
  const condition = workersCondition(filter)
  return ask(warehouse, {
    sql: `select user_id, username, first_name, last_name, location_id, group_ids, case_sharing_group_ids
      from workers final where domain = {domain:String} and ${condition.sql} order by username, user_id`,
    params: { domain: scope.domain, ...condition.params },
    row: ReportWorker,
  })
}

/** Those chosen that are no mobile workers: web users and special ids asked for, and ids that nobody knows. */
function others(
  scope: ReportScope,
  filter: WorkerFilter,
  workers: readonly ReportWorker[],
  forms: readonly { user_id: string }[],
): readonly ReportWorker[] {
  const known = new Set(workers.map((worker) => worker.user_id))
  const web = new Map(scope.webUsers.map((user) => [user.user_id, user]))
  const ids = new Set([...otherUserIds(filter, scope), ...forms.map((row) => row.user_id)])
  return [...ids]
    .filter((id) => !known.has(id))
    .sort()
    .map((id) => ({
      user_id: id,
      username: web.get(id)?.username ?? id,
      first_name: web.get(id)?.name ?? '',
      last_name: '',
      location_id: '',
      group_ids: [],
      case_sharing_group_ids: [],
    }))
}

const FormCount = z.object({
  user_id: z.string(),
  forms: z.number(),
  previous_forms: z.number(),
  last_completed_at: z.string().nullable(),
})
export type FormCount = z.infer<typeof FormCount>

function formCounts(warehouse: WarehouseClient, scope: ReportScope, filter: WorkerFilter, range: DayRange) {
  const users = userCondition(filter, scope, 'user_id')
  const inRange = "received_at >= {from:DateTime64(6, 'UTC')}"
  return ask(warehouse, {
    sql: `select user_id, countIf(${inRange}) as forms, countIf(not ${inRange}) as previous_forms,
        toString(maxIf(completed_at, ${inRange})) as last_completed_at
      from forms final
      where domain = {domain:String} and ${NORMAL_FORMS} and ${users.sql}
        and received_at >= {previous_from:DateTime64(6, 'UTC')} and received_at < {to:DateTime64(6, 'UTC')}
      group by user_id order by user_id`,
    params: {
      ...rangeParams(scope, range),
      previous_from: range.previousFrom,
      ...normalFormsParams,
      ...users.params,
    },
    row: FormCount,
  })
}

const CaseCount = z.object({ user_id: z.string(), cases: z.number() })

/** Cases opened, or closed, in the range, by who did it; the type condition is that of `ownerCounts`. */
function caseCounts(
  warehouse: WarehouseClient,
  scope: ReportScope,
  caseTypes: readonly string[],
  range: DayRange,
  what: 'opened' | 'closed',
) {
  const types = typeCondition(caseTypes)
  const closed = what === 'closed' ? 'and closed' : ''
  const sql = `domain = {domain:String} and not deleted and ${types.sql} ${closed}
    and ${what}_at >= {from:DateTime64(6, 'UTC')} and ${what}_at < {to:DateTime64(6, 'UTC')}`
  return ask(warehouse, {
    sql: `select ${what}_by as user_id, count() as cases from ${latestCases({ sql, isSelective: true })}
      group by user_id order by user_id`,
    params: { ...rangeParams(scope, range), ...types.params },
    row: CaseCount,
  })
}

const OwnerCount = z.object({ owner_id: z.string(), total: z.number(), active: z.number() })
export type OwnerCount = z.infer<typeof OwnerCount>

/**
 * Forms that do not simply stand, by id: `is_void` when one is archived or the like, `edits` with the cases that an edited
 * one still touches.
 */
const SPECIAL_FORMS = `select form_id, max(state != 1) as is_void, groupArrayIf(case_ids, state = 1) as edits
  from forms final where domain = {domain:String} and state != 64 and (state != 1 or edited_at is not null) group by form_id`

/** Cases with an action dated in the range: a change by a form that stands and still touches the case. Rebuilds are none. */
const ACTIVE_CASES = `select c.case_id from case_changes as c left join (${SPECIAL_FORMS}) as s on s.form_id = c.form_id
  where c.domain = {domain:String} and c.cause = 'form'
    and c.changed_at >= {from:DateTime64(6, 'UTC')} and c.changed_at < {to:DateTime64(6, 'UTC')}
    and not s.is_void and arrayAll(case_ids -> has(case_ids, c.case_id), s.edits)`

/** Cases open at some time of the range, and those of them with an action dated in it. */
function ownerCounts(
  warehouse: WarehouseClient,
  scope: ReportScope,
  caseTypes: readonly string[],
  range: DayRange,
) {
  const types = typeCondition(caseTypes)
  return ask(warehouse, {
    sql: `select owner_id, count() as total, countIf(case_id in (${ACTIVE_CASES})) as active
      from case_facts final
      where domain = {domain:String} and not deleted and ${types.sql}
        and ifNull(opened_at < {to:DateTime64(6, 'UTC')}, true)
        and (not closed or ifNull(closed_at >= {from:DateTime64(6, 'UTC')}, true))
      group by owner_id order by owner_id`,
    params: { ...rangeParams(scope, range), ...types.params },
    row: OwnerCount,
  })
}

function typeCondition(caseTypes: readonly string[]): { readonly sql: string; readonly params: Params } {
  if (caseTypes.length > 0)
    return { sql: 'has({case_types:Array(String)}, type)', params: { case_types: caseTypes } }
  return { sql: 'type != {usercase_type:String}', params: { usercase_type: USERCASE_TYPE } }
}

function rangeParams(scope: ReportScope, range: DayRange): Params {
  return { domain: scope.domain, from: range.from, to: range.to }
}
