/** What one form says about one case, checked and complete: what a transaction stores and a replay reads. JSON-able. */

/** A dictionary without prototype: a property may have any name, also `__proto__`. */
export interface Texts {
  readonly [name: string]: string
}

export interface BlockIndex {
  readonly identifier: string
  /** "" removes the identifier. */
  readonly referenced_id: string
  readonly referenced_type: string
  readonly relationship: 'child' | 'extension'
}

export interface BlockAttachment {
  readonly name: string
  /** "" removes the attachment. */
  readonly source_name: string
  readonly content_type: string | null
  readonly size_bytes: number | null
}

export type BlockAction = 'create' | 'update' | 'index' | 'close' | 'attachment'

export interface CaseBlock {
  readonly caseId: string
  /** The block's own, else the form's; may be "". */
  readonly userId: string
  readonly modifiedAt: string
  /** What counts as an action, in the order of §2.2; none = the block only touches the case. */
  readonly actions: readonly BlockAction[]
  readonly create?: Texts
  readonly update?: Texts
  readonly indices?: readonly BlockIndex[]
  readonly close: boolean
  readonly attachments?: readonly BlockAttachment[]
}

/** A form that cannot be processed: `<ExceptionName>: <message>`, stored with it and answered. Source: reference §1.7. */
export interface CaseProblem {
  readonly problem: string
}

export function isCaseProblem(value: object): value is CaseProblem {
  return 'problem' in value
}

/** A copy without prototype; takes own names only, so that JSON from the database is safe too. */
export function copyTexts(from: Readonly<Record<string, string>>): Record<string, string> {
  // Object.create(null) is typed as any.
  const copy = Object.create(null) as Record<string, string>
  for (const name of Object.keys(from)) copy[name] = from[name] ?? ''
  return copy
}
