/** From counts to the table of Worker Activity. Pure. Source: reference §7.1. */
import { toFullUsername } from '#tenants/contract.ts'
import type { ReportScope } from '../contract.ts'
import { toLocalDay, type DayRange } from './days.ts'
import type { WorkerFilter } from './emw.ts'
import type { FormCount, OwnerCount, ReportWorker, WorkerActivityAsked } from './worker-activity.ts'

export interface Activity {
  readonly forms_submitted: number
  readonly avg_forms_submitted: number
  /** A day of the domain's time zone. */
  readonly last_form_submission: string | null
  readonly cases_created: number
  readonly cases_closed: number
  readonly active_cases: number
  readonly total_cases: number
  /** 0–100; null where total_cases is 0. */
  readonly percent_active_cases: number | null
}

export interface ActivityRow extends Activity {
  readonly id: string
  readonly name: string
  readonly username: string | null
  readonly active_users: number | null
  readonly total_users: number | null
}

export interface WorkerActivityReport {
  readonly view_by: 'users' | 'groups'
  readonly startdate: string
  readonly enddate: string
  readonly rows: readonly ActivityRow[]
  readonly footer: Activity & {
    readonly workers_with_submissions: number
    readonly workers: number
    readonly active_users: number | null
    readonly total_users: number | null
  }
}

export interface ActivityFacts {
  readonly workers: readonly ReportWorker[]
  readonly forms: ReadonlyMap<string, FormCount>
  readonly created: ReadonlyMap<string, number>
  readonly closed: ReadonlyMap<string, number>
  readonly owners: ReadonlyMap<string, OwnerCount>
}

interface Shaping {
  readonly scope: ReportScope
  readonly asked: WorkerActivityAsked
  readonly filter: WorkerFilter
  readonly range: DayRange
  readonly facts: ActivityFacts
}

export function shapeWorkerActivity(shaping: Shaping): WorkerActivityReport {
  const { asked, range, facts } = shaping
  const users = facts.workers.map((worker) => toUserRow(worker, shaping))
  const rows = asked.view_by === 'users' ? users : toGroupRows(users, shaping)
  const submitting = users.filter((row) => row.forms_submitted > 0).length
  const byGroups = asked.view_by === 'groups'
  return {
    view_by: asked.view_by,
    startdate: range.startdate,
    enddate: range.enddate,
    rows,
    footer: {
      ...sum(rows),
      // A case shared by many workers counts once.
      ...ownerTotals([...new Set(facts.workers.flatMap(ownerIdsOf))], facts.owners),
      workers_with_submissions: submitting,
      workers: users.length,
      active_users: byGroups ? submitting : null,
      total_users: byGroups ? users.length : null,
    },
  }
}

/** Source: reference §7.1, "owner ∈ {user_id, user's location_id, group ids (case sharing)}". */
function ownerIdsOf(worker: ReportWorker): readonly string[] {
  const place = worker.location_id === '' ? [] : [worker.location_id]
  return [...new Set([worker.user_id, ...place, ...worker.case_sharing_group_ids])]
}

function toUserRow(worker: ReportWorker, { scope, facts }: Shaping): ActivityRow {
  const forms = facts.forms.get(worker.user_id)
  const last = forms?.last_completed_at ?? null
  const username = toShortUsername(scope.domain, worker.username)
  return {
    id: worker.user_id,
    name: `${worker.first_name} ${worker.last_name}`.trim() || username,
    username,
    forms_submitted: forms?.forms ?? 0,
    avg_forms_submitted: Math.floor((forms?.previous_forms ?? 0) / 3),
    last_form_submission: last === null ? null : toLocalDay(last, scope.timezone),
    cases_created: facts.created.get(worker.user_id) ?? 0,
    cases_closed: facts.closed.get(worker.user_id) ?? 0,
    ...ownerTotals(ownerIdsOf(worker), facts.owners),
    active_users: null,
    total_users: null,
  }
}

/** All groups, or, once the filter names people or groups, those that it names or that have a member chosen. */
function toGroupRows(
  users: readonly ActivityRow[],
  { scope, filter, facts }: Shaping,
): readonly ActivityRow[] {
  const byId = new Map(users.map((row) => [row.id, row]))
  const narrowed = filter.userIds.length + filter.groupIds.length + filter.locationIds.length > 0
  const rows = scope.groups.map((group): ActivityRow => {
    const members = facts.workers.filter((worker) => worker.group_ids.includes(group.group_id))
    const memberRows = members.flatMap((worker) => byId.get(worker.user_id) ?? [])
    return {
      id: group.group_id,
      name: group.name,
      username: null,
      ...sum(memberRows),
      active_users: memberRows.filter((row) => row.forms_submitted > 0).length,
      total_users: memberRows.length,
    }
  })
  if (!narrowed) return rows
  if (filter.groupIds.length > 0) return rows.filter((row) => filter.groupIds.includes(row.id))
  return rows.filter((row) => (row.total_users ?? 0) > 0)
}

function sum(rows: readonly Activity[]): Activity {
  const total = (pick: (row: Activity) => number) => rows.reduce((all, row) => all + pick(row), 0)
  const days = rows.flatMap((row) => row.last_form_submission ?? [])
  const [active, all] = [total((row) => row.active_cases), total((row) => row.total_cases)]
  return {
    forms_submitted: total((row) => row.forms_submitted),
    avg_forms_submitted: total((row) => row.avg_forms_submitted),
    last_form_submission: days.length === 0 ? null : days.reduce((a, b) => (a > b ? a : b)),
    cases_created: total((row) => row.cases_created),
    cases_closed: total((row) => row.cases_closed),
    active_cases: active,
    total_cases: all,
    percent_active_cases: percent(active, all),
  }
}

function ownerTotals(ownerIds: readonly string[], owners: ReadonlyMap<string, OwnerCount>) {
  const counts = ownerIds.flatMap((id) => owners.get(id) ?? [])
  const active = counts.reduce((all, row) => all + row.active, 0)
  const total = counts.reduce((all, row) => all + row.total, 0)
  return { active_cases: active, total_cases: total, percent_active_cases: percent(active, total) }
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : (part / whole) * 100
}

/** `joe@demo.commcarehq.org` → `joe`; other names stay. */
export function toShortUsername(domain: string, username: string): string {
  const suffix = toFullUsername(domain, '')
  return username.endsWith(suffix) ? username.slice(0, -suffix.length) : username
}
