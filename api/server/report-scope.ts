import type { DomainRecord } from '#tenants/contract.ts'
import type { Tenants } from '#tenants/index.ts'
import type { ReportScope } from '#warehouse/contract.ts'

/** What reports must know of a domain besides its numbers: three queries on small tables. */
export async function readReportScope(
  tenants: Tenants,
  { domain, timezone }: DomainRecord,
): Promise<ReportScope> {
  const [groups, locations, webUsers] = await Promise.all([
    tenants.groups.list(domain),
    tenants.locations.list(domain),
    tenants.webUsers.list(domain),
  ])
  return {
    domain,
    timezone,
    groups: groups.map(({ groupId, name }) => ({ group_id: groupId, name })),
    locations: locations.map(({ locationId, name, parentId }) => ({
      location_id: locationId,
      name,
      parent_id: parentId,
    })),
    webUsers: webUsers.map(({ userId, email, firstName, lastName }) => ({
      user_id: userId,
      username: email,
      name: `${firstName} ${lastName}`.trim() || email,
    })),
  }
}
