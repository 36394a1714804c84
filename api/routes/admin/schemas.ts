/** What the admin routes take and answer, in the API's own field names. */
import { z } from 'zod'
import { Role } from '#tenants/contract.ts'

export const DomainParams = z.object({ domain: z.string() })

export const NewDomainBody = z.object({
  domain: z.string(),
  title: z.string().optional(),
  timezone: z.string().optional(),
  secure_submissions: z.boolean().optional(),
})
export const DomainAnswer = z.object({
  domain: z.string(),
  title: z.string(),
  timezone: z.string(),
  secure_submissions: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
})
export const DomainsAnswer = z.object({ domains: z.array(DomainAnswer) })

export const NewUserBody = z.object({
  email: z.string(),
  domain: z.string(),
  role: Role,
  password: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
})
/** `password` only when it was made up here: it is not shown again. */
export const UserAnswer = z.object({
  user_id: z.string(),
  email: z.string(),
  domain: z.string().optional(),
  role: Role.optional(),
  password: z.string().optional(),
})
export const UserPasswordBody = z.object({ email: z.string(), password: z.string().optional() })

export const NewWorkerBody = z.object({
  username: z.string(),
  password: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  phone_number: z.string().optional(),
  location_id: z.string().optional(),
  group_ids: z.array(z.string()).optional(),
  is_demo: z.boolean().optional(),
})
export const WorkerAnswer = z.object({
  domain: z.string(),
  user_id: z.string(),
  /** As typed at sign-in. */
  username: z.string(),
  full_username: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  phone_number: z.string().nullable(),
  location_id: z.string().nullable(),
  group_ids: z.array(z.string()),
  is_active: z.boolean(),
  is_demo: z.boolean(),
  created_at: z.string(),
  password: z.string().optional(),
})
export const WorkersAnswer = z.object({ workers: z.array(WorkerAnswer) })
export const WorkerPasswordBody = z.object({ username: z.string(), password: z.string().optional() })
export const WorkerChangeBody = z.object({
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  phone_number: z.string().nullable().optional(),
  location_id: z.string().nullable().optional(),
  is_active: z.boolean().optional(),
})

export const NewKeyBody = z.object({ name: z.string(), role: Role.optional(), email: z.string().optional() })
export const KeyAnswer = z.object({
  domain: z.string(),
  key_id: z.string(),
  name: z.string(),
  role: Role,
  user_id: z.string().nullable(),
  key_prefix: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
  /** Shown once. */
  key: z.string().optional(),
})
export const KeysAnswer = z.object({ keys: z.array(KeyAnswer) })

export const NewGroupBody = z.object({
  name: z.string(),
  case_sharing: z.boolean().optional(),
  reporting: z.boolean().optional(),
  user_ids: z.array(z.string()).optional(),
})
export const GroupAnswer = z.object({
  domain: z.string(),
  group_id: z.string(),
  name: z.string(),
  case_sharing: z.boolean(),
  reporting: z.boolean(),
  user_ids: z.array(z.string()),
})
export const GroupsAnswer = z.object({ groups: z.array(GroupAnswer) })
export const GroupMembersBody = z.object({ user_ids: z.array(z.string()) })

export const NewLocationTypeBody = z.object({
  code: z.string(),
  name: z.string(),
  parent_code: z.string().nullable().optional(),
})
export const LocationTypeAnswer = z.object({
  domain: z.string(),
  code: z.string(),
  name: z.string(),
  parent_code: z.string().nullable(),
})
export const NewLocationBody = z.object({
  location_id: z.string().min(1).max(255).optional(),
  name: z.string(),
  site_code: z.string().optional(),
  type_code: z.string(),
  parent_id: z.string().nullable().optional(),
  latitude: z.number().nullable().optional(),
  longitude: z.number().nullable().optional(),
})
/** One location, or up to 10,000 at once, all or none. */
export const NewLocationsBody = z.union([
  NewLocationBody,
  z.object({ locations: z.array(NewLocationBody).max(10_000) }),
])
export const LocationAnswer = z.object({
  domain: z.string(),
  location_id: z.string(),
  name: z.string(),
  site_code: z.string(),
  type_code: z.string(),
  parent_id: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
})
export const LocationsAnswer = z.object({ locations: z.array(LocationAnswer) })
