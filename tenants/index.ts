/** Tenants: who may do what, where. Everything that other rooms call. */
import type { Postgres } from '#infra/platform/contract.ts'
import type { Metrics } from '#infra/platform/index.ts'
import { createAccess } from './access.ts'
import type { ListPermissions } from './access.ts'
import { createApiKeys } from './api-keys/api-key-store.ts'
import type { ApiKeys } from './api-keys/api-key-store.ts'
import { createDomains } from './domains/domain-store.ts'
import type { Domains } from './domains/domain-store.ts'
import { createGroups } from './groups/group-store.ts'
import type { Groups } from './groups/group-store.ts'
import { createLocations } from './locations/location-store.ts'
import type { Locations } from './locations/location-store.ts'
import { measurePasswords } from './passwords/measure-passwords.ts'
import { createPasswords } from './passwords/passwords.ts'
import { createSessions } from './sessions/session-store.ts'
import type { Sessions } from './sessions/session-store.ts'
import { createWebUsers } from './web-users/web-user-store.ts'
import type { WebUsers } from './web-users/web-user-store.ts'
import { createWorkers } from './workers/worker-store.ts'
import type { Workers } from './workers/worker-store.ts'

export { generatePassword } from './passwords/generate-password.ts'
export { SESSION_DAYS } from './sessions/session-store.ts'
export { readWorkerEvents, readWorkerVersions, repeatWorkers } from './workers/worker-events.ts'
export { domainMissing } from './problems.ts'
export { createLimitSettings } from './limits/limit-settings.ts'
export type { LimitSettings } from './limits/limit-settings.ts'
export { createRateLimits } from './limits/rate-limits.ts'
export type { LimitedSpace, RateDecision, RateLimits } from './limits/rate-limits.ts'
export type { NewLocation } from './locations/location-store.ts'
export type { CreatedWorker, NewWorker } from './workers/worker-store.ts'

export interface Tenants {
  readonly domains: Domains
  readonly webUsers: WebUsers
  readonly workers: Workers
  readonly groups: Groups
  readonly locations: Locations
  readonly sessions: Sessions
  readonly apiKeys: ApiKeys
  readonly listPermissions: ListPermissions
}

/** @param newId makes an id that nobody has: a random UUID as 32 hex digits. */
export function createTenants({
  postgres,
  now,
  newId,
  metrics,
}: {
  postgres: Postgres
  now: () => Date
  newId: () => string
  metrics?: Metrics | undefined
}): Tenants {
  const passwords = createPasswords({ now })
  if (metrics) measurePasswords(metrics, passwords)
  const webUsers = createWebUsers({ postgres, passwords, newId })
  return {
    domains: createDomains({ postgres, now }),
    webUsers,
    workers: createWorkers({ postgres, passwords, now, newId }),
    groups: createGroups({ postgres, newId }),
    locations: createLocations({ postgres, newId }),
    sessions: createSessions({ postgres, now }),
    apiKeys: createApiKeys({ postgres, now, newId }),
    listPermissions: createAccess({ webUsers }),
  }
}
