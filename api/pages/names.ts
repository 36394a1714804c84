/** Names of the people, groups and places that ids stand for. */
import type { Tenants } from '#tenants/index.ts'

/** id → name; an id that nobody has is shown as it is. */
export type NameOf = (id: string | null) => string

export async function readNames(
  { workers, webUsers, groups, locations }: Tenants,
  domain: string,
): Promise<NameOf> {
  const [allWorkers, allUsers, allGroups, allLocations] = await Promise.all([
    workers.list(domain),
    webUsers.list(domain),
    groups.list(domain),
    locations.list(domain),
  ])
  const names = new Map<string, string>([
    ...allWorkers.map(({ userId, username }) => [userId, username] as const),
    ...allUsers.map(({ userId, email }) => [userId, email] as const),
    ...allGroups.map(({ groupId, name }) => [groupId, name] as const),
    ...allLocations.map(({ locationId, name }) => [locationId, name] as const),
  ])
  return (id) => (id === null ? '' : (names.get(id) ?? id))
}
