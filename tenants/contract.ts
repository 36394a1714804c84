/** The words of tenants: project spaces, people, groups, places, credentials. Types and schemas only. */
import { z } from 'zod'
import type { LimitChanges } from './limits/limit-keys.ts'

export const ROLES = ['admin', 'reader'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>

/** Who is behind a request, after authentication. */
export type Principal =
  | {
      readonly kind: 'web-user'
      readonly userId: string
      readonly email: string
      readonly isSuperuser: boolean
    }
  | {
      readonly kind: 'mobile-worker'
      readonly domain: string
      readonly userId: string
      readonly username: string
    }
  | {
      readonly kind: 'api-key'
      readonly domain: string
      readonly keyId: string
      readonly name: string
      readonly role: Role
      readonly userId: string | null
    }
  /** The command line, holding the secret that lies in the data directory. */
  | { readonly kind: 'operator' }

/** A project space. `timezone` is an IANA name; instants are ISO 8601 UTC with six fraction digits. */
export interface DomainRecord {
  readonly domain: string
  readonly title: string
  readonly timezone: string
  readonly secureSubmissions: boolean
  readonly closesExtensions: boolean
  readonly isActive: boolean
  readonly createdAt: string
  /** What differs from the platform's limits. */
  readonly limits: LimitChanges
}

export interface WebUser {
  readonly userId: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly isSuperuser: boolean
  readonly isActive: boolean
}

/** A project space that a web user may enter, and as what. */
export interface Membership {
  readonly domain: string
  readonly title: string
  readonly timezone: string
  readonly role: Role
}

export interface MobileWorker {
  readonly domain: string
  readonly userId: string
  /** As typed at sign-in. */
  readonly username: string
  readonly fullUsername: string
  readonly firstName: string
  readonly lastName: string
  readonly phoneNumber: string | null
  readonly locationId: string | null
  readonly groupIds: readonly string[]
  readonly isActive: boolean
  readonly isDemo: boolean
  readonly isDeleted: boolean
  readonly version: number
  readonly createdAt: string
}

export interface Group {
  readonly domain: string
  readonly groupId: string
  readonly name: string
  readonly caseSharing: boolean
  readonly reporting: boolean
  readonly userIds: readonly string[]
}

export interface LocationType {
  readonly domain: string
  readonly code: string
  readonly name: string
  readonly parentCode: string | null
}

export interface Location {
  readonly domain: string
  readonly locationId: string
  readonly name: string
  readonly siteCode: string
  readonly typeCode: string
  readonly parentId: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

/** A key without its secret, which is shown once at creation. */
export interface ApiKeyRecord {
  readonly domain: string
  readonly keyId: string
  readonly name: string
  readonly role: Role
  readonly userId: string | null
  readonly keyPrefix: string
  readonly isActive: boolean
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

/** What a worker's credentials are worth; a stopped worker is told apart only with the right password. */
export type WorkerAuthentication =
  | {
      readonly kind: 'ok'
      readonly worker: { readonly userId: string; readonly username: string; readonly isDemo: boolean }
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'deactivated' }
  | { readonly kind: 'deleted' }

/** What a route may ask for. `read`: see a domain's data. `submit`: send forms. `edit`: archive, change. `admin`: people and keys. */
export const PERMISSIONS = ['read', 'submit', 'edit', 'admin'] as const
export type Permission = (typeof PERMISSIONS)[number]

/**
 * topic `user-events.v1`, key = user id: the whole worker after a change; `version` grows by one with each.
 */
export const WorkerEvent = z.object({
  domain: z.string(),
  user_id: z.string(),
  version: z.number().int(),
  username: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  phone_number: z.string().nullable(),
  location_id: z.string().nullable(),
  /** From the place up to the root, so that a filter by any ancestor finds the worker. */
  location_path: z.array(z.string()),
  group_ids: z.array(z.string()),
  case_sharing_group_ids: z.array(z.string()),
  is_active: z.boolean(),
  is_demo: z.boolean(),
  is_deleted: z.boolean(),
  created_at: z.string(),
})
export type WorkerEvent = z.infer<typeof WorkerEvent>

/** `name` → `name@domain.commcarehq.org`; what is already full is left. Source: reference §9. */
export function toFullUsername(domain: string, username: string): string {
  const lower = username.toLowerCase()
  return lower.includes('@') ? lower : `${lower}@${domain}.commcarehq.org`
}

export { LIMIT_RULES, LIMITERS, PRESETS } from './limits/limit-keys.ts'
export type {
  BoundKey,
  LimitChanges,
  Limiter,
  LimitKey,
  LimitPreset,
  LimitValues,
} from './limits/limit-keys.ts'
