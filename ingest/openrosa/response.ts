/** The answers that phones understand: which status and nature an outcome has, and the XML around the text. */
import { escapeAttribute, escapeText } from '../form/to-xml.ts'

export type OpenRosaNature =
  | 'submit_success'
  | 'submit_error'
  | 'processing_failure'
  | 'post_processing_failure'
  | 'ota_restore_success'
  | 'ota_restore_pending'
  | 'ota_restore_error'

/** "V3" is exactly the header `3.0`. Source: reference §1.4. */
export type OpenRosaVersion = 'V2' | 'V3'

export type SubmissionOutcome =
  /** `fromFormplayer`: the device id says so; people read that answer. */
  | { readonly kind: 'saved' | 'edited'; readonly fromFormplayer?: boolean }
  | { readonly kind: 'duplicate'; readonly formId: string }
  /** `problem` as stored with the error form. */
  | { readonly kind: 'case-error'; readonly problem: string }
  | { readonly kind: 'post-save-failure' }
  | { readonly kind: 'ignored' }
  /** `reason`: "Invalid XML: …" or "Form is missing a required field: XMLNS". */
  | { readonly kind: 'unparsable'; readonly reason: string }
  | { readonly kind: 'refused-file'; readonly reason: string }
  | { readonly kind: 'blacklisted' }

export interface OpenRosaAnswer {
  readonly status: 201 | 422 | 509
  readonly nature: OpenRosaNature
  readonly text: string
}

/** Three spaces on either side. */
export const SUCCESS_TEXT = '   √   '
export const FORMPLAYER_TEXT = 'Form successfully saved!'
export const IGNORED_TEXT = '√ (this submission was ignored)'

export function versionOf(header: string | undefined): OpenRosaVersion {
  return header === '3.0' ? 'V3' : 'V2'
}

/** "Form is a duplicate of another! (<id>)", also the `problem` of the duplicate. */
export function duplicateText(formId: string): string {
  return `Form is a duplicate of another! (${formId})`
}

/** Formplayer names itself in the form's device id. */
export function isFormplayer(deviceId: string | null): boolean {
  return (deviceId ?? '').toLowerCase().startsWith('formplayer')
}

const success = (text: string): OpenRosaAnswer => ({ status: 201, nature: 'submit_success', text })

/** What to answer. A phone drops a form on any 2xx, sets it aside on 422 `processing_failure`, else sends it again. Source: reference §1.6. */
export function openRosaAnswer(outcome: SubmissionOutcome, version: OpenRosaVersion): OpenRosaAnswer {
  const v3 = version === 'V3'
  switch (outcome.kind) {
    case 'saved':
    case 'edited':
      return success(outcome.fromFormplayer === true ? FORMPLAYER_TEXT : SUCCESS_TEXT)
    case 'duplicate':
      if (v3) return success(SUCCESS_TEXT)
      return { status: 201, nature: 'submit_error', text: duplicateText(outcome.formId) }
    case 'case-error':
      if (v3) return { status: 422, nature: 'processing_failure', text: outcome.problem }
      return { status: 201, nature: 'submit_error', text: outcome.problem }
    case 'post-save-failure':
      if (!v3) return success(SUCCESS_TEXT)
      return { status: 422, nature: 'post_processing_failure', text: 'Error performing post save operations' }
    case 'ignored':
      return success(IGNORED_TEXT)
    case 'unparsable':
      return {
        status: 422,
        nature: 'processing_failure',
        text: `There was an error processing the form: ${outcome.reason}`,
      }
    case 'refused-file':
      return { status: 422, nature: 'processing_failure', text: outcome.reason }
    case 'blacklisted':
      return { status: 509, nature: 'submit_error', text: 'This project space does not accept submissions.' }
  }
}

/** The body, on one line. Source: reference §1.6. */
export function openRosaBody(nature: OpenRosaNature, text: string): string {
  return `<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="${escapeAttribute(nature)}">${escapeText(text)}</message></OpenRosaResponse>`
}
