/**
 * The words of ingest: forms, cases, transactions, and the two event streams that the rest of the platform lives from.
 * Types and schemas only; functions are in `index.ts`.
 */
import { z } from 'zod'

/** State bits of a form. Source: reference §1.7. */
export const FORM_STATE = {
  normal: 1,
  archived: 2,
  deprecated: 4,
  duplicate: 8,
  error: 16,
  submissionErrorLog: 32,
  deleted: 64,
} as const

/** Type bits of a case transaction. Source: reference §2.6. */
export const TRANSACTION_TYPE = {
  form: 1,
  rebuildWithReason: 2,
  rebuildUserRequested: 4,
  rebuildUserArchived: 8,
  rebuildFormArchived: 16,
  rebuildFormEdit: 32,
  ledger: 64,
  caseCreate: 128,
  caseClose: 256,
  caseIndex: 512,
  caseAttachment: 1024,
  rebuildFormReprocess: 2048,
} as const

export const CASE_XMLNS = 'http://commcarehq.org/case/transaction/v2'
export const LEDGER_XMLNS = 'http://commcarehq.org/ledger/v1'
export const DEVICE_REPORT_XMLNS = 'http://code.javarosa.org/devicereport'
/** Forms that the platform itself submits, for instance to close an extension chain. */
export const SYSTEM_XMLNS = 'http://commcarehq.org/system/close-extension-cases'

/** A value of the form document: text, an object, or an array of repeated siblings. Source: reference §1.10. */
export type FormValue = string | FormObject | readonly FormValue[]
export interface FormObject {
  readonly [name: string]: FormValue
}

const isDictionary = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Dictionaries whose names devices choose, passed on as they are: `z.record` would drop a question named `__proto__`. */
const Texts = z.custom<Record<string, string>>(
  (value) => isDictionary(value) && Object.values(value).every((one) => typeof one === 'string'),
)
const Document = z.custom<Record<string, unknown>>(isDictionary)

export const CaseIndex = z.object({
  identifier: z.string(),
  referenced_id: z.string(),
  referenced_type: z.string(),
  relationship: z.enum(['child', 'extension']),
})
export type CaseIndex = z.infer<typeof CaseIndex>

export const CaseAttachment = z.object({
  name: z.string(),
  form_id: z.string(),
  source_name: z.string(),
  content_type: z.string().nullable(),
  size_bytes: z.number().nullable(),
})
export type CaseAttachment = z.infer<typeof CaseAttachment>

/** A case as the stream and the API see it. Instants are ISO 8601 UTC with six fraction digits. */
export const CaseSnapshot = z.object({
  case_id: z.string(),
  type: z.string(),
  name: z.string(),
  owner_id: z.string(),
  external_id: z.string().nullable(),
  location_id: z.string().nullable(),
  opened_at: z.string().nullable(),
  opened_by: z.string().nullable(),
  modified_at: z.string(),
  modified_by: z.string(),
  closed: z.boolean(),
  closed_at: z.string().nullable(),
  closed_by: z.string().nullable(),
  deleted: z.boolean(),
  server_modified_at: z.string(),
  properties: Texts,
  indices: z.array(CaseIndex),
  attachments: z.array(CaseAttachment),
})
export type CaseSnapshot = z.infer<typeof CaseSnapshot>

export const FormAttachment = z.object({
  content_type: z.string(),
  length: z.number(),
})

export const FormMeta = z.object({
  deviceID: z.string().nullable(),
  timeStart: z.string().nullable(),
  timeEnd: z.string().nullable(),
  username: z.string().nullable(),
  userID: z.string().nullable(),
  instanceID: z.string().nullable(),
  appVersion: z.string().nullable(),
  drift: z.string().nullable(),
  commcare_version: z.string().nullable(),
  app_build_version: z.number().nullable(),
  location: z.string().nullable(),
  geo_point: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      altitude: z.number().nullable(),
      accuracy: z.number().nullable(),
    })
    .nullable(),
})
export type FormMeta = z.infer<typeof FormMeta>

/** A form as the stream sees it; `form` is the document of reference §1.10. */
export const FormSnapshot = z.object({
  form_id: z.string(),
  state: z.number().int(),
  xmlns: z.string(),
  app_id: z.string().nullable(),
  build_id: z.string().nullable(),
  user_id: z.string().nullable(),
  username: z.string().nullable(),
  device_id: z.string().nullable(),
  received_at: z.string(),
  edited_at: z.string().nullable(),
  server_modified_at: z.string(),
  meta: FormMeta.nullable(),
  orig_id: z.string().nullable(),
  deprecated_form_id: z.string().nullable(),
  problem: z.string().nullable(),
  submit_ip: z.string().nullable(),
  last_sync_token: z.string().nullable(),
  is_api_submission: z.boolean(),
  edited_by_user_id: z.string().nullable(),
  case_ids: z.array(z.string()),
  attachments: z.record(z.string(), FormAttachment),
  form: Document,
})
export type FormSnapshot = z.infer<typeof FormSnapshot>

/**
 * topic `form-events.v1`, key = form id. One event for each change of a form's row: received, edited, archived, …
 * `version` grows by one with each; consumers keep the highest.
 */
export const FormEvent = z.object({
  domain: z.string(),
  version: z.number().int(),
  form: FormSnapshot,
  /** W3C's `traceparent`, of a form that is followed on its way; always the last key. */
  trace: z.string().optional(),
})
export type FormEvent = z.infer<typeof FormEvent>

/**
 * topic `case-events.v1`, key = case id. One event for each change of a case: `before` is null for a case new to
 * us. `changed` is what the form wrote; `cause` tells a form from a rebuild.
 */
export const CaseEvent = z.object({
  domain: z.string(),
  case_id: z.string(),
  version: z.number().int(),
  cause: z.enum(['form', 'rebuild']),
  form_id: z.string(),
  transaction_type: z.number().int(),
  user_id: z.string().nullable(),
  changed_at: z.string(),
  server_at: z.string(),
  before: CaseSnapshot.nullable(),
  after: CaseSnapshot,
})
export type CaseEvent = z.infer<typeof CaseEvent>
