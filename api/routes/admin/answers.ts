/** Records of tenants in the wire's names. */
import type { z } from 'zod'
import type { ApiKeyRecord, DomainRecord, Group, Location, MobileWorker } from '#tenants/contract.ts'
import type { DomainAnswer, GroupAnswer, KeyAnswer, LocationAnswer, WorkerAnswer } from './schemas.ts'

/** A generated password as the answer's last field; nothing when the asker brought one. */
export function toShownOnce(password: string | null): { password?: string } {
  return password === null ? {} : { password }
}

export function toDomainAnswer(record: DomainRecord): z.infer<typeof DomainAnswer> {
  return {
    domain: record.domain,
    title: record.title,
    timezone: record.timezone,
    secure_submissions: record.secureSubmissions,
    is_active: record.isActive,
    created_at: record.createdAt,
  }
}

export function toWorkerAnswer(worker: MobileWorker): z.infer<typeof WorkerAnswer> {
  return {
    domain: worker.domain,
    user_id: worker.userId,
    username: worker.username,
    full_username: worker.fullUsername,
    first_name: worker.firstName,
    last_name: worker.lastName,
    phone_number: worker.phoneNumber,
    location_id: worker.locationId,
    group_ids: [...worker.groupIds],
    is_active: worker.isActive,
    is_demo: worker.isDemo,
    created_at: worker.createdAt,
  }
}

export function toGroupAnswer(group: Group): z.infer<typeof GroupAnswer> {
  return {
    domain: group.domain,
    group_id: group.groupId,
    name: group.name,
    case_sharing: group.caseSharing,
    reporting: group.reporting,
    user_ids: [...group.userIds],
  }
}

export function toKeyAnswer(record: ApiKeyRecord): z.infer<typeof KeyAnswer> {
  return {
    domain: record.domain,
    key_id: record.keyId,
    name: record.name,
    role: record.role,
    user_id: record.userId,
    key_prefix: record.keyPrefix,
    created_at: record.createdAt,
    last_used_at: record.lastUsedAt,
  }
}

export function toLocationAnswer(location: Location): z.infer<typeof LocationAnswer> {
  return {
    domain: location.domain,
    location_id: location.locationId,
    name: location.name,
    site_code: location.siteCode,
    type_code: location.typeCode,
    parent_id: location.parentId,
    latitude: location.latitude,
    longitude: location.longitude,
  }
}
