/** What a client knows by itself: what it sent, what was acknowledged, in which order. Plain data; the verifier reads nothing else of a client. */

/** Property → value, as the form sets them. */
export type Values = Readonly<Record<string, string>>

/** What one form says of one case. */
export interface CaseChange {
  readonly caseId: string
  readonly isCreate: boolean
  readonly isClose: boolean
  readonly values: Values
}

/** One wording of a form: what was first sent, or an edit. */
export interface FormVersion {
  /** Of the bytes sent, hexadecimal. */
  readonly md5: string
  readonly changes: readonly CaseChange[]
}

export interface FormRecord {
  readonly domain: string
  readonly clientId: string
  readonly formId: string
  /** Counts the client's forms from 1 on: it sends the next when this one is acknowledged. */
  readonly number: number
  /** Acknowledged, the last counts. */
  readonly versions: readonly FormVersion[]
  /** Requests that carried it, whatever came back; of them acknowledged. */
  readonly attempts: number
  readonly acknowledged: number
  readonly isArchived: boolean
}

/** An answer that must not be: an error page as data, a state older than one's own write, a refusal of a good form. */
export interface Complaint {
  readonly at: string
  readonly clientId: string
  readonly what: string
  readonly detail: string
}

export interface ClientRecord {
  readonly clientId: string
  readonly domain: string
  readonly forms: readonly FormRecord[]
  /** What was never acknowledged although everything had been up again for long enough. */
  readonly unanswered: readonly string[]
  readonly complaints: readonly Complaint[]
  /** Answers by status; `cut` where there was none. */
  readonly answers: Readonly<Record<string, number>>
}

export function currentOf(form: FormRecord): FormVersion {
  const last = form.versions.at(-1)
  if (last === undefined) throw new Error(`the form ${form.formId} was never acknowledged`)
  return last
}

/** What a case holds after these forms, the first first; those archived do not count. */
export function replay(
  forms: readonly FormRecord[],
  caseId: string,
): { readonly values: Values; readonly isClosed: boolean } {
  const values: Record<string, string> = {}
  let isClosed = false
  for (const form of forms) {
    if (form.isArchived) continue
    for (const change of currentOf(form).changes) {
      if (change.caseId !== caseId) continue
      Object.assign(values, change.values)
      isClosed ||= change.isClose
    }
  }
  return { values, isClosed }
}
