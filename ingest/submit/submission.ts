/** What the receiver hands over, and what became of it. */
import type { FormTrace } from '#infra/platform/index.ts'
import type { SubmittedFile } from '../multipart/attachment-rules.ts'

export interface AuthContext {
  readonly user_id: string | null
  /** False for a post that needed no credentials ("waived"). */
  readonly authenticated: boolean
  readonly domain: string
}

export interface SubmissionRequest {
  /** The form's XML as received. */
  readonly xml: Buffer
  readonly attachments: readonly SubmittedFile[]
  readonly appId: string | null
  readonly buildId: string | null
  readonly authContext: AuthContext
  /** `HTTP_X_OPENROSA_VERSION` and the like. */
  readonly openrosaHeaders: Readonly<Record<string, string>>
  readonly submitIp: string | null
  readonly lastSyncToken: string | null
  readonly dateHeader: string | null
  /** `X-Submit-Time` of a trusted caller, an instant with six digits; null: now. */
  readonly submitTime: string | null
  readonly isApiSubmission: boolean
  /** Of a form that is followed on its way. */
  readonly trace?: FormTrace | undefined
  /** Answered before anything is kept: false when the body may not be stored, as for an unauthenticated form that is not a demo user's. */
  readonly accept?: (form: {
    readonly userId: string | null
    readonly xmlns: string
    readonly caseOwners: readonly string[]
  }) => boolean
}

/** What became of a submission; everything but `refused`, `locked` and `failed` is on disk. */
export type SubmissionResult =
  | { readonly kind: 'saved' | 'edited'; readonly formId: string; readonly deviceId: string | null }
  | { readonly kind: 'duplicate'; readonly formId: string; readonly originalId: string }
  /** Kept as an error form; no case was changed. */
  | { readonly kind: 'case-error'; readonly formId: string; readonly problem: string }
  /** Kept as a submission error log. */
  | { readonly kind: 'unparsable'; readonly formId: string; readonly reason: string }
  /** `accept` said no; nothing was kept. */
  | { readonly kind: 'refused' }
  /** Somebody else holds the form or one of its cases; nothing was kept. */
  | { readonly kind: 'locked'; readonly detail: string }
  /** A fault of ours: the form is kept as an error form and the phone sends it again. */
  | { readonly kind: 'failed'; readonly formId: string }
