/** A case from its transactions: rebuilt after an edit or an archive, or as it stood at any point of its life. */
import { TRANSACTION_TYPE, type CaseSnapshot } from '../contract.ts'
import { applyCaseBlocks, blankCase, touchCase } from './apply-case-block.ts'
import type { CaseBlock } from './case-block.ts'

/** A row of the case's transactions, as far as replaying needs it. */
export interface CaseTransaction {
  readonly form_id: string
  readonly type: number
  /** 0 for a form; a rebuild changes nothing by itself. */
  readonly rebuild: number
  readonly revoked: boolean
  readonly server_at: string
  /** The order in which forms were applied; decimal text or a number. */
  readonly seq: number | string
  /** When the form was edited, where that is later than received. */
  readonly edited_at?: string | null
  readonly blocks: readonly CaseBlock[]
}

/** The shape of `PropertyChange` in the API's contract. */
export interface PropertyChange {
  readonly property: string
  readonly before: string | null
  readonly after: string | null
}

export interface HistoryStep {
  readonly transaction: CaseTransaction
  readonly before: CaseSnapshot | null
  readonly after: CaseSnapshot | null
  readonly changes: readonly PropertyChange[]
}

function compareSeq(a: number | string, b: number | string): number {
  const [left, right] = [BigInt(a), BigInt(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/**
 * In the order in which they were applied; an edited form keeps the place of its first version.
 * Source: ADR 0004. Differs: the reference (§2.6) sorts by server_date.
 */
export function orderTransactions(transactions: readonly CaseTransaction[]): readonly CaseTransaction[] {
  return transactions.toSorted((a, b) => compareSeq(a.seq, b.seq))
}

/** Forms that count; rebuilds and forms taken back do not. */
function isRelevant(transaction: CaseTransaction): boolean {
  return !transaction.revoked && transaction.rebuild === 0 && (transaction.type & TRANSACTION_TYPE.form) !== 0
}

function applyTransaction(state: CaseSnapshot | null, transaction: CaseTransaction): CaseSnapshot | null {
  const { form_id: formId, server_at, edited_at, blocks } = transaction
  const serverModifiedAt = typeof edited_at === 'string' && edited_at > server_at ? edited_at : server_at
  if (blocks.length === 0) return state === null ? null : touchCase(state, serverModifiedAt)
  return applyCaseBlocks(state, blocks, { formId, serverModifiedAt })
}

/**
 * The case that its transactions add up to. With nothing left that counts it is an empty, deleted case.
 * @param transactions all rows of this case, in any order.
 * @param options.rebuiltAt stands for the times of a case without a past. `wasDeleted`: deleted by a person, and stays so.
 * Source: reference §2.6.
 */
export function rebuildCase(
  caseId: string,
  transactions: readonly CaseTransaction[],
  options: { readonly rebuiltAt: string; readonly wasDeleted?: boolean },
): CaseSnapshot {
  let state: CaseSnapshot | null = null
  for (const transaction of orderTransactions(transactions.filter(isRelevant))) {
    state = applyTransaction(state, transaction)
  }
  if (state !== null) return { ...state, deleted: options.wasDeleted ?? false }
  const { rebuiltAt } = options
  return { ...blankCase(caseId), modified_at: rebuiltAt, server_modified_at: rebuiltAt, deleted: true }
}

/** The case as it stood after this form; null when the form did not touch it or no longer counts. */
export function stateAfter(transactions: readonly CaseTransaction[], formId: string): CaseSnapshot | null {
  return (
    historyOf(transactions).find(
      (step) => step.transaction.form_id === formId && isRelevant(step.transaction),
    )?.after ?? null
  )
}

/** Oldest first: every form row with what it changed; one that was taken back changed nothing. */
export function historyOf(transactions: readonly CaseTransaction[]): readonly HistoryStep[] {
  let state: CaseSnapshot | null = null
  return orderTransactions(transactions.filter(({ rebuild }) => rebuild === 0)).map((transaction) => {
    const before = state
    if (isRelevant(transaction)) state = applyTransaction(state, transaction)
    return { transaction, before, after: state, changes: changesBetween(before, state) }
  })
}

/** The fields of a case that a history shows, under the names that forms use. */
function shownFields(state: CaseSnapshot | null): Map<string, string> {
  if (state === null) return new Map()
  const fields = new Map<string, string | null>([
    ['case_type', state.type],
    ['case_name', state.name],
    ['owner_id', state.owner_id],
    ['external_id', state.external_id],
    ['location_id', state.location_id],
    ['closed', state.closed ? 'true' : null],
    ...Object.keys(state.properties).map((name) => [name, state.properties[name] ?? ''] as const),
    ...state.indices.map((index) => [`index/${index.identifier}`, index.referenced_id] as const),
    ...state.attachments.map((one) => [`attachment/${one.name}`, one.source_name] as const),
  ])
  return new Map([...fields].filter((field): field is [string, string] => field[1] !== null))
}

/** What differs, by property name; null on a side where the property did not exist. */
export function changesBetween(
  before: CaseSnapshot | null,
  after: CaseSnapshot | null,
): readonly PropertyChange[] {
  if (before === after) return []
  const [old, now] = [shownFields(before), shownFields(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted()
  return names.flatMap((property) => {
    const change = { property, before: old.get(property) ?? null, after: now.get(property) ?? null }
    return change.before === change.after ? [] : [change]
  })
}

/** The bits of a transaction in words. */
export function actionWords(type: number): readonly string[] {
  const has = (bit: number): boolean => (type & bit) !== 0
  const words: string[] = []
  if (has(TRANSACTION_TYPE.caseCreate)) words.push('created')
  if (has(TRANSACTION_TYPE.form) && !has(TRANSACTION_TYPE.caseCreate)) words.push('updated')
  if (has(TRANSACTION_TYPE.caseIndex)) words.push('indices changed')
  if (has(TRANSACTION_TYPE.caseAttachment)) words.push('attachments changed')
  if (has(TRANSACTION_TYPE.ledger)) words.push('stock changed')
  if (has(TRANSACTION_TYPE.caseClose)) words.push('closed')
  if ((type & REBUILDS) !== 0) words.push('rebuilt')
  return words
}

const REBUILDS =
  TRANSACTION_TYPE.rebuildWithReason |
  TRANSACTION_TYPE.rebuildUserRequested |
  TRANSACTION_TYPE.rebuildUserArchived |
  TRANSACTION_TYPE.rebuildFormArchived |
  TRANSACTION_TYPE.rebuildFormEdit |
  TRANSACTION_TYPE.rebuildFormReprocess
