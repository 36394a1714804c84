/**
 * The filter of mobile workers, `emw` of the reference §7, compiled to a condition on a column of user ids. Pure; values are
 * bound, and who belongs to a group or a place is asked of table `workers`, so the list may be of any length.
 */
import { SYSTEM_FORM_XMLNS, type ReportScope } from '../contract.ts'
import { filterInvalid } from '../problems.ts'
import type { Params } from './ask.ts'

export interface Condition {
  readonly sql: string
  readonly params: Params
}

/** `t__0`, `t__5`: active and deactivated mobile workers. */
const DEFAULT_EMW = ['t__0', 't__5']
const SPECIAL_USER_IDS = { demo: 'demo_user', admin: 'admin', commtrack: 'commtrack-system' }

export interface WorkerFilter {
  readonly userIds: readonly string[]
  readonly groupIds: readonly string[]
  readonly locationIds: readonly string[]
  readonly types: readonly number[]
}

/**
 * @param ignore values that the caller reads itself, such as `all_data`.
 * @throws WAREHOUSE_FILTER_INVALID
 */
export function parseEmw(values: readonly string[], parameter = 'emw'): WorkerFilter {
  const chosen = values.length === 0 ? DEFAULT_EMW : values
  const parts = chosen.map((value, index) => {
    const match = /^(u|g|l|t)__(.+)$/s.exec(value)
    const [, kind = '', id = ''] = match ?? []
    if (match === null || (kind === 't' && !/^[0-6]$/.test(id)))
      throw filterInvalid({ parameter, position: index + 1 })
    return { kind, id }
  })
  const idsOf = (kind: string) => parts.filter((part) => part.kind === kind).map((part) => part.id)
  return { userIds: idsOf('u'), groupIds: idsOf('g'), locationIds: idsOf('l'), types: idsOf('t').map(Number) }
}

/** Which rows of table `workers` are chosen; false for none. Deleted workers never are. */
export function workersCondition(filter: WorkerFilter): Condition {
  const any = ['has({emw_users:Array(String)}, user_id)', 'hasAny(group_ids, {emw_groups:Array(String)})']
  any.push('hasAny(location_path, {emw_locations:Array(String)})')
  if (filter.types.includes(0)) any.push('(is_active and not is_demo)')
  if (filter.types.includes(1)) any.push('is_demo')
  if (filter.types.includes(5)) any.push('(not is_active and not is_demo)')
  return {
    sql: `not is_deleted and (${any.join(' or ')})`,
    params: {
      emw_users: filter.userIds,
      emw_groups: filter.groupIds,
      emw_locations: filter.locationIds,
    },
  }
}

/** Ids chosen that are no mobile workers': the special ones, and web users. */
export function otherUserIds(filter: WorkerFilter, scope: ReportScope): readonly string[] {
  const web = scope.webUsers.map((user) => user.user_id)
  return [
    ...filter.userIds,
    ...(filter.types.includes(1) ? [SPECIAL_USER_IDS.demo] : []),
    ...(filter.types.includes(2) ? [SPECIAL_USER_IDS.admin] : []),
    ...(filter.types.includes(4) ? [SPECIAL_USER_IDS.commtrack] : []),
    ...(filter.types.includes(6) ? web : []),
  ]
}

/** A condition on `column`, which holds user ids; needs the parameter `domain`. */
export function userCondition(filter: WorkerFilter, scope: ReportScope, column: string): Condition {
  const workers = workersCondition(filter)
  const any = [
    `${column} in (select user_id from workers final where domain = {domain:String} and ${workers.sql})`,
    `has({emw_others:Array(String)}, ${column})`,
  ]
  // Unknown: submitted by an id that is nobody's.
  if (filter.types.includes(3)) {
    any.push(
      `(${column} not in (select user_id from workers final where domain = {domain:String} and not is_deleted)` +
        ` and not has({emw_known:Array(String)}, ${column}))`,
    )
  }
  return {
    sql: `(${any.join(' or ')})`,
    params: {
      ...workers.params,
      emw_others: otherUserIds(filter, scope),
      ...(filter.types.includes(3)
        ? { emw_known: [...Object.values(SPECIAL_USER_IDS), ...scope.webUsers.map((user) => user.user_id)] }
        : {}),
    },
  }
}

/** A place and all below it. */
export function withDescendants(scope: ReportScope, locationIds: readonly string[]): readonly string[] {
  const children = Map.groupBy(scope.locations, (location) => location.parent_id)
  const found = new Set(locationIds)
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child.location_id)
  return [...found]
}

/** Forms that a person sent and that stand; needs the parameters of `normalFormsParams`. */
export const NORMAL_FORMS = 'state = 1 and not has({system_xmlns:Array(String)}, xmlns)'
export const normalFormsParams: Params = { system_xmlns: [...SYSTEM_FORM_XMLNS] }
