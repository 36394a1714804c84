import { FORM_STATE } from '#ingest/contract.ts'

/** The first that applies: a form that was deleted is that, whatever it was before. */
const NAMES: readonly (readonly [number, string])[] = [
  [FORM_STATE.deleted, 'deleted'],
  [FORM_STATE.normal, 'normal'],
  [FORM_STATE.archived, 'archived'],
  [FORM_STATE.deprecated, 'deprecated'],
  [FORM_STATE.duplicate, 'duplicate'],
  [FORM_STATE.error, 'error'],
  [FORM_STATE.submissionErrorLog, 'submission_error_log'],
]

/** Bits of a form's state → its name. Source: reference §1.7. */
export function toStateName(state: number): string {
  return NAMES.find(([bit]) => (state & bit) !== 0)?.[1] ?? 'normal'
}
