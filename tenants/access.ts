import type { Permission, Principal, Role } from './contract.ts'
import type { WebUsers } from './web-users/web-user-store.ts'

const BY_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  admin: ['read', 'submit', 'edit', 'admin'],
  reader: ['read'],
}
const OF_WORKER: readonly Permission[] = ['read', 'submit']

/** What a principal may do in a domain; empty for a stranger. One query for a web user, none for the others. */
export type ListPermissions = (domain: string, principal: Principal) => Promise<readonly Permission[]>

/** Differs from CommCare: two roles only; a mobile worker may read the REST API of the own domain. */
export function createAccess({ webUsers }: { webUsers: Pick<WebUsers, 'findRole'> }): ListPermissions {
  return async function listPermissions(domain, principal) {
    switch (principal.kind) {
      case 'operator':
        return BY_ROLE.admin
      case 'api-key':
        return principal.domain === domain ? BY_ROLE[principal.role] : []
      case 'mobile-worker':
        return principal.domain === domain ? OF_WORKER : []
      case 'web-user': {
        if (principal.isSuperuser) return BY_ROLE.admin
        const role = await webUsers.findRole(domain, principal.userId)
        return role === undefined ? [] : BY_ROLE[role]
      }
    }
  }
}
