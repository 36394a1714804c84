/** The row and the event of a form. */
import type { NewEvent } from '#infra/platform/contract.ts'
import { appendTraceparent, type FormTrace } from '#infra/platform/index.ts'
import { TRANSACTION_TYPE } from '../contract.ts'
import type { CaseEvent, CaseSnapshot, FormEvent, FormSnapshot } from '../contract.ts'
import type { HistoryEntry } from '../store/read-existing.ts'
import type { FormColumns } from '../store/tables.ts'
import type { ParsedForm } from './parse-submission.ts'
import type { SubmissionRequest } from './submission.ts'

/** What is decided about a form besides its content. */
export interface FormFacts {
  readonly domain: string
  readonly formId: string
  readonly state: number
  readonly version: number
  readonly receivedAt: string
  readonly serverModifiedAt: string
  readonly editedAt: string | null
  readonly origId: string | null
  readonly deprecatedFormId: string | null
  readonly problem: string | null
  readonly history: readonly HistoryEntry[]
}

/** NUL is the one character of XML-free text that Postgres cannot hold; the parser refuses it, headers may have it. */
function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\u0000', '')
}

export function toFormColumns(
  facts: FormFacts,
  form: ParsedForm | null,
  request: SubmissionRequest,
): FormColumns {
  const meta = form?.meta ?? null
  return {
    domain: facts.domain,
    form_id: facts.formId,
    state: facts.state,
    xmlns: form?.xmlns ?? '',
    app_id: request.appId,
    build_id: request.buildId,
    user_id: meta?.userID ?? null,
    username: meta?.username ?? null,
    device_id: meta?.deviceID ?? null,
    received_at: facts.receivedAt,
    edited_at: facts.editedAt,
    server_modified_at: facts.serverModifiedAt,
    time_start: meta?.timeStart ?? null,
    time_end: meta?.timeEnd ?? null,
    commcare_version: meta?.commcare_version ?? null,
    app_version: meta?.appVersion ?? null,
    app_build_version: toInteger(meta?.app_build_version ?? null),
    orig_id: facts.origId,
    deprecated_form_id: facts.deprecatedFormId,
    problem: facts.problem,
    auth_context: request.authContext,
    openrosa_headers: request.openrosaHeaders,
    submit_ip: request.submitIp,
    last_sync_token: storable(request.lastSyncToken),
    date_header: storable(request.dateHeader),
    partial_submission: false,
    is_api_submission: request.isApiSubmission,
    initial_processing_complete: true,
    history: facts.history,
    xml_bytes: request.xml.byteLength,
    version: facts.version,
  }
}

/** A build number beyond 31 bits is no build number. */
function toInteger(value: number | null): number | null {
  return value !== null && Number.isSafeInteger(value) && Math.abs(value) < 2_147_483_648 ? value : null
}

/** @param caseIds the cases that the form touched; none when it is not processed. */
export function toFormSnapshot(
  columns: FormColumns,
  form: ParsedForm | null,
  extra: { readonly caseIds: readonly string[]; readonly attachments: FormSnapshot['attachments'] },
): FormSnapshot {
  const history = columns.history as readonly HistoryEntry[]
  return {
    form_id: columns.form_id,
    state: columns.state,
    xmlns: columns.xmlns,
    app_id: columns.app_id,
    build_id: columns.build_id,
    user_id: columns.user_id,
    username: columns.username,
    device_id: columns.device_id,
    received_at: columns.received_at,
    edited_at: columns.edited_at,
    server_modified_at: columns.server_modified_at,
    meta: form?.meta ?? null,
    orig_id: columns.orig_id,
    deprecated_form_id: columns.deprecated_form_id,
    problem: columns.problem,
    submit_ip: columns.submit_ip,
    last_sync_token: columns.last_sync_token,
    is_api_submission: columns.is_api_submission,
    edited_by_user_id: history.findLast((entry) => entry.operation === 'edit')?.user_id ?? null,
    case_ids: [...extra.caseIds],
    attachments: extra.attachments,
    form: form?.document ?? {},
  }
}

/** @param trace of a form that is followed on its way: goes with the event. */
export function formEvent(
  domain: string,
  version: number,
  form: FormSnapshot,
  trace?: Pick<FormTrace, 'traceparent'>,
): NewEvent {
  const event: FormEvent = { domain, version, form }
  const json = JSON.stringify(event)
  const payload = trace === undefined ? json : appendTraceparent(json, trace.traceparent)
  return { topic: 'form-events.v1', domain, eventKey: form.form_id, payload }
}

/** What changed a case, for its event. */
export interface CaseCause {
  readonly formId: string
  readonly type: number
  readonly userId: string | null
  readonly changedAt: string
  readonly serverAt: string
}

const REBUILDS =
  TRANSACTION_TYPE.rebuildFormArchived |
  TRANSACTION_TYPE.rebuildFormEdit |
  TRANSACTION_TYPE.rebuildFormReprocess

export function caseEvent(
  domain: string,
  version: number,
  states: { readonly before: CaseSnapshot | null; readonly after: CaseSnapshot },
  cause: CaseCause,
): NewEvent {
  const event: CaseEvent = {
    domain,
    case_id: states.after.case_id,
    version,
    cause: (cause.type & REBUILDS) === 0 ? 'form' : 'rebuild',
    form_id: cause.formId,
    transaction_type: cause.type,
    user_id: cause.userId,
    changed_at: cause.changedAt,
    server_at: cause.serverAt,
    before: states.before,
    after: states.after,
  }
  return { topic: 'case-events.v1', domain, eventKey: event.case_id, payload: JSON.stringify(event) }
}
