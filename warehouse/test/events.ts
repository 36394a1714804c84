/** Events as ingest and tenants write them, for tests: say what matters, the rest is ordinary. */
import type { NewEvent } from '#infra/platform/index.ts'
import type { CaseEvent, CaseSnapshot, FormEvent, FormSnapshot } from '#ingest/contract.ts'
import type { WorkerEvent } from '#tenants/contract.ts'

export const INSTANT = '2024-03-10T05:00:00.000000Z'

type FormFacts = Partial<FormSnapshot> & {
  readonly form_id: string
  readonly version?: number
  readonly completed_at?: string | null
}

export function formEvent(domain: string, facts: FormFacts): NewEvent {
  const { version = 1, completed_at: completedAt = INSTANT, ...form } = facts
  const meta = {
    deviceID: null,
    timeStart: null,
    timeEnd: completedAt,
    username: null,
    userID: null,
    instanceID: null,
    appVersion: null,
    drift: null,
    commcare_version: null,
    app_build_version: null,
    location: null,
    geo_point: null,
  }
  const snapshot: FormSnapshot = {
    state: 1,
    xmlns: 'http://example.org/visit',
    app_id: null,
    build_id: null,
    user_id: 'u1',
    username: 'joe',
    device_id: null,
    received_at: INSTANT,
    edited_at: null,
    server_modified_at: form.received_at ?? INSTANT,
    meta,
    orig_id: null,
    deprecated_form_id: null,
    problem: null,
    submit_ip: null,
    last_sync_token: null,
    is_api_submission: false,
    edited_by_user_id: null,
    case_ids: [],
    attachments: {},
    form: { '#type': 'data', '@name': 'Visit' },
    ...form,
  }
  const payload: FormEvent = { domain, version, form: snapshot }
  return { topic: 'form-events.v1', domain, eventKey: form.form_id, payload: JSON.stringify(payload) }
}

type CaseFacts = Partial<CaseSnapshot> &
  Partial<Pick<CaseEvent, 'version' | 'cause' | 'form_id' | 'changed_at'>> & { readonly case_id: string }

export function caseEvent(domain: string, facts: CaseFacts): NewEvent {
  const {
    version = 1,
    cause = 'form',
    form_id: formId = 'f1',
    changed_at: changedAt = INSTANT,
    ...after
  } = facts
  const snapshot: CaseSnapshot = {
    type: 'mother',
    name: 'Ann',
    owner_id: 'u1',
    external_id: null,
    location_id: null,
    opened_at: changedAt,
    opened_by: 'u1',
    modified_at: changedAt,
    modified_by: 'u1',
    closed: false,
    closed_at: null,
    closed_by: null,
    deleted: false,
    server_modified_at: INSTANT,
    properties: {},
    indices: [],
    attachments: [],
    ...after,
  }
  const payload: CaseEvent = {
    domain,
    case_id: after.case_id,
    version,
    cause,
    form_id: formId,
    transaction_type: cause === 'form' ? 1 : 16,
    user_id: 'u1',
    changed_at: changedAt,
    server_at: INSTANT,
    before: null,
    after: snapshot,
  }
  return { topic: 'case-events.v1', domain, eventKey: after.case_id, payload: JSON.stringify(payload) }
}

export function workerEvent(
  domain: string,
  facts: Partial<WorkerEvent> & { readonly user_id: string },
): NewEvent {
  const payload: WorkerEvent = {
    domain,
    version: 1,
    username: facts.user_id,
    first_name: '',
    last_name: '',
    phone_number: null,
    location_id: null,
    location_path: [],
    group_ids: [],
    case_sharing_group_ids: [],
    is_active: true,
    is_demo: false,
    is_deleted: false,
    created_at: INSTANT,
    ...facts,
  }
  return { topic: 'user-events.v1', domain, eventKey: facts.user_id, payload: JSON.stringify(payload) }
}
