/** Whose cases: the owner filter of lists of cases, and the names of owners. Source: reference §7.2, "case owner (emw variant)". */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { ReportScope } from '../contract.ts'
import { ask } from './ask.ts'
import { parseEmw, userCondition, withDescendants, type Condition } from './emw.ts'
import { toShortUsername } from './shape-worker-activity.ts'

const PROJECT_DATA = 'project_data'
const ALL_DATA = 'all_data'

/**
 * Needs the parameter `domain`. `project_data`, the default: owned by workers other than demo ones, by groups, by places, or
 * by nobody of their own (`-`). A group or place brings its members and those below.
 * @throws WAREHOUSE_FILTER_INVALID
 */
export function ownerCondition(values: readonly string[], scope: ReportScope): Condition {
  if (values.includes(ALL_DATA)) return { sql: 'true', params: {} }
  const chosen = values.filter((value) => value !== PROJECT_DATA)
  const isProject = values.length === 0 || chosen.length < values.length
  const filter = parseEmw(isProject ? ['t__0', 't__5', ...chosen] : chosen, 'owner')
  const users = userCondition(filter, scope, 'owner_id')
  const others = isProject
    ? [
        '-',
        '',
        ...scope.groups.map((group) => group.group_id),
        ...scope.locations.map((place) => place.location_id),
      ]
    : [...filter.groupIds, ...withDescendants(scope, filter.locationIds)]
  return {
    sql: `(${users.sql} or has({owner_others:Array(String)}, owner_id))`,
    params: {
      ...users.params,
      emw_locations: withDescendants(scope, filter.locationIds),
      owner_others: others,
    },
  }
}

/** Whether the owner filter names people, groups or places: few of all cases are theirs. */
export function isSelective(values: readonly string[]): boolean {
  return values.length > 0 && values.every((value) => /^[ugl]__/.test(value))
}

const NamedWorker = z.object({ user_id: z.string(), username: z.string() })

/** Id → name for people, groups and places; an id that nobody knows is its own name, `-` and "" have none. */
export async function createNames(
  warehouse: WarehouseClient,
  scope: ReportScope,
  ids: readonly string[],
): Promise<(id: string) => string> {
  const wanted = [...new Set(ids)]
  const workers = await ask(warehouse, {
    sql: `select user_id, username from workers final
      where domain = {domain:String} and user_id in {ids:Array(String)} order by user_id`,
    params: { domain: scope.domain, ids: wanted },
    row: NamedWorker,
  })
  const names = new Map([
    ...scope.webUsers.map((user) => [user.user_id, user.username] as const),
    ...scope.locations.map((place) => [place.location_id, place.name] as const),
    ...scope.groups.map((group) => [group.group_id, group.name] as const),
    ...workers.map((worker) => [worker.user_id, toShortUsername(scope.domain, worker.username)] as const),
  ])
  return (id) => names.get(id) ?? (id === '-' ? '' : id)
}
