/** Events of the three topics → rows of the warehouse. Pure; what does not fit throws `Misfit`. */
import type { FeedEvent } from '#infra/platform/index.ts'
import type { CaseEntry, FormEntry } from '../schema/entry-tables.ts'
import { count, flag, Misfit, object, optionalText, text, texts, type Fields } from './reading.ts'
import { toWarehouseInstant } from './to-warehouse-instant.ts'

/** Where no other instant is known: shown as 1900, and never counted in a range that somebody asks for. */
const UNKNOWN_INSTANT = '1900-01-01 00:00:00.000000'

export type WorkerEntry = Readonly<Record<string, unknown>>

function parsePayload(event: FeedEvent): Fields {
  let payload: unknown
  try {
    payload = JSON.parse(event.payload)
  } catch {
    throw new Misfit('payload', 'JSON')
  }
  const fields = object(payload, 'payload')
  if (text(fields, 'domain') !== event.domain) throw new Misfit('domain', 'that of the event')
  return fields
}

/** @throws Misfit */
export function toFormEntry(event: FeedEvent): FormEntry {
  const fields = parsePayload(event)
  const form = object(fields['form'], 'form')
  const meta = form['meta'] === null || form['meta'] === undefined ? {} : object(form['meta'], 'meta')
  const document = object(form['form'], 'form.form')
  const receivedAt = toWarehouseInstant(text(form, 'received_at'))
  if (receivedAt === null) throw new Misfit('received_at', 'an instant')
  const type = typeof document['#type'] === 'string' ? document['#type'] : ''
  const name = typeof document['@name'] === 'string' ? document['@name'] : ''
  return {
    domain: event.domain,
    form_id: text(form, 'form_id'),
    version: count(fields, 'version'),
    state: count(form, 'state', 255),
    xmlns: optionalText(form, 'xmlns'),
    form_type: type,
    form_name: name === '' ? type : name,
    app_id: optionalText(form, 'app_id'),
    build_id: optionalText(form, 'build_id'),
    user_id: optionalText(form, 'user_id'),
    username: optionalText(form, 'username'),
    device_id: optionalText(form, 'device_id'),
    received_at: receivedAt,
    completed_at: toWarehouseInstant(meta['timeEnd']),
    started_at: toWarehouseInstant(meta['timeStart']),
    edited_at: toWarehouseInstant(form['edited_at']),
    server_modified_at: toWarehouseInstant(form['server_modified_at']) ?? receivedAt,
    app_version: optionalText(meta, 'appVersion'),
    commcare_version: optionalText(meta, 'commcare_version'),
    problem: optionalText(form, 'problem'),
    orig_id: optionalText(form, 'orig_id'),
    case_ids: texts(form, 'case_ids'),
    document: JSON.stringify(form),
  }
}

/** @throws Misfit */
export function toCaseEntry(event: FeedEvent): CaseEntry {
  const fields = parsePayload(event)
  const after = object(fields['after'], 'after')
  const before = fields['before'] === null ? null : object(fields['before'], 'before')
  const cause = text(fields, 'cause')
  if (cause !== 'form' && cause !== 'rebuild') throw new Misfit('cause', '"form" or "rebuild"')
  const serverAt = toWarehouseInstant(fields['server_at'])
  if (serverAt === null) throw new Misfit('server_at', 'an instant')
  return {
    domain: event.domain,
    case_id: text(fields, 'case_id'),
    version: count(fields, 'version'),
    type: text(after, 'type'),
    name: text(after, 'name'),
    owner_id: text(after, 'owner_id'),
    external_id: optionalText(after, 'external_id'),
    opened_at: toWarehouseInstant(after['opened_at']),
    opened_by: optionalText(after, 'opened_by'),
    modified_at: toWarehouseInstant(after['modified_at']) ?? UNKNOWN_INSTANT,
    modified_by: optionalText(after, 'modified_by'),
    closed: flag(after, 'closed'),
    closed_at: toWarehouseInstant(after['closed_at']),
    closed_by: optionalText(after, 'closed_by'),
    deleted: flag(after, 'deleted'),
    server_modified_at: toWarehouseInstant(after['server_modified_at']) ?? serverAt,
    document: JSON.stringify(after),
    cause,
    form_id: text(fields, 'form_id'),
    transaction_type: count(fields, 'transaction_type', 65_535),
    user_id: optionalText(fields, 'user_id'),
    owner_before: before === null ? '' : optionalText(before, 'owner_id'),
    changed_at: toWarehouseInstant(fields['changed_at']) ?? UNKNOWN_INSTANT,
    server_at: serverAt,
    before: before === null ? '' : JSON.stringify(before),
  }
}

/** @throws Misfit */
export function toWorkerEntry(event: FeedEvent): WorkerEntry {
  const fields = parsePayload(event)
  return {
    domain: event.domain,
    user_id: text(fields, 'user_id'),
    version: count(fields, 'version'),
    username: text(fields, 'username'),
    first_name: text(fields, 'first_name'),
    last_name: text(fields, 'last_name'),
    location_id: optionalText(fields, 'location_id'),
    location_path: texts(fields, 'location_path'),
    group_ids: texts(fields, 'group_ids'),
    case_sharing_group_ids: texts(fields, 'case_sharing_group_ids'),
    is_active: flag(fields, 'is_active'),
    is_demo: flag(fields, 'is_demo'),
    is_deleted: flag(fields, 'is_deleted'),
    created_at: toWarehouseInstant(fields['created_at']) ?? UNKNOWN_INSTANT,
  }
}
