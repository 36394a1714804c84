/** Puts one member of a batch into the workspace: normal, duplicate, error form or error log. */
import { createHash } from 'node:crypto'
import { FORM_STATE } from '../contract.ts'
import type { FormSnapshot } from '../contract.ts'
import { duplicateText } from '../openrosa/response.ts'
import { formEvent, toFormColumns, toFormSnapshot } from './form-row.ts'
import type { FormFacts } from './form-row.ts'
import { isDeviceReport, touchedCaseIds } from './parse-submission.ts'
import type { ParsedForm, StoredXml } from './parse-submission.ts'
import type { SubmissionRequest, SubmissionResult } from './submission.ts'
import { applyForm } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** A submission that has been read, on its way through a batch. */
export interface Member {
  readonly keys: readonly string[]
  readonly domain: string
  /** Of the form and its files as sent. */
  readonly bytes: number
  readonly request: SubmissionRequest
  readonly form: ParsedForm | null
  /** Why `form` is null. */
  readonly unreadable: string | null
  readonly xml: StoredXml
  readonly receivedAt: string
  /** The form's own id, or a new one where it has none. */
  readonly formId: string
}

function attachmentsOf(request: SubmissionRequest): FormSnapshot['attachments'] {
  return Object.fromEntries(
    request.attachments.map((file) => [
      file.name,
      { content_type: file.contentType, length: file.content.byteLength },
    ]),
  )
}

/** Writes the form's row, attachments and event into the workspace. */
export function keepForm(workspace: Workspace, member: Member, facts: FormFacts): void {
  const { domain, request, form, xml } = member
  const columns = toFormColumns(facts, form, request)
  workspace.set.forms.push({ columns, xmlDeflated: xml.deflated, md5: xml.md5 })
  for (const file of request.attachments) {
    workspace.set.attachments.push({
      domain,
      form_id: facts.formId,
      name: file.name,
      content_type: file.contentType,
      md5: createHash('md5').update(file.content).digest('hex'),
      content: file.content,
    })
  }
  const processed = facts.state === FORM_STATE.normal && form !== null
  const snapshot = toFormSnapshot(columns, form, {
    caseIds: processed ? touchedCaseIds(form) : [],
    attachments: attachmentsOf(request),
  })
  // Behind its cases: who has seen the form's event may ask for them.
  workspace.set.events.push(formEvent(domain, facts.version, snapshot, request.trace))
}

export function newFacts(member: Member, change: Partial<FormFacts>): FormFacts {
  return {
    domain: member.domain,
    formId: member.formId,
    state: FORM_STATE.normal,
    version: 1,
    receivedAt: member.receivedAt,
    serverModifiedAt: member.receivedAt,
    editedAt: null,
    origId: null,
    deprecatedFormId: null,
    problem: null,
    history: [],
    ...change,
  }
}

/** A body that is no form: kept whole, for people to look at. */
export function keepErrorLog(workspace: Workspace, member: Member, reason: string): SubmissionResult {
  keepForm(workspace, member, newFacts(member, { state: FORM_STATE.submissionErrorLog, problem: reason }))
  return { kind: 'unparsable', formId: member.formId, reason }
}

export function keepDuplicate(workspace: Workspace, member: Member, duplicateId: string): SubmissionResult {
  const problem = duplicateText(member.formId)
  const change = { formId: duplicateId, state: FORM_STATE.duplicate, origId: member.formId, problem }
  keepForm(workspace, member, newFacts(member, change))
  return { kind: 'duplicate', formId: duplicateId, originalId: member.formId }
}

export function keepErrorForm(
  workspace: Workspace,
  member: Member,
  error: {
    readonly formId: string
    readonly problem: string
    readonly origId?: string
    readonly version?: number
    readonly receivedAt?: string
  },
): SubmissionResult {
  keepForm(
    workspace,
    member,
    newFacts(member, {
      formId: error.formId,
      state: FORM_STATE.error,
      problem: error.problem,
      origId: error.origId ?? null,
      version: error.version ?? 1,
      receivedAt: error.receivedAt ?? member.receivedAt,
    }),
  )
  return { kind: 'case-error', formId: error.formId, problem: error.problem }
}

export interface Kept {
  readonly result: SubmissionResult
  readonly closed: readonly string[]
}

/**
 * A form with an id that nobody has: its cases change, or it becomes an error form that changes none.
 * @param place id, version and time of arrival, where they are not the member's own.
 */
export function keepNewForm(
  workspace: Workspace,
  member: Member & { readonly form: ParsedForm },
  place: { readonly formId: string; readonly version?: number; readonly receivedAt?: string },
): Kept {
  const { form, domain, request } = member
  const receivedAt = place.receivedAt ?? member.receivedAt
  const applied =
    form.problem === null
      ? applyForm(workspace, form, {
          domain,
          formId: place.formId,
          receivedAt,
          syncLogId: request.lastSyncToken,
        })
      : { problem: form.problem }
  if ('problem' in applied) {
    return { result: keepErrorForm(workspace, member, { ...place, problem: applied.problem }), closed: [] }
  }
  keepForm(
    workspace,
    member,
    newFacts(member, { formId: place.formId, version: place.version ?? 1, receivedAt }),
  )
  const deviceId = isDeviceReport(form) ? null : (form.meta?.deviceID ?? null)
  return { result: { kind: 'saved', formId: place.formId, deviceId }, closed: applied.closed }
}
