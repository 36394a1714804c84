/**
 * What a batch knows and changes, in memory: forms and cases as stored, each as the members so far have left it, and the rows
 * that the one write statement will make of it. A member either takes effect whole or not at all.
 */
import { applyCaseBlocks, touchCase, transactionType } from '../cases/apply-case-block.ts'
import type { CaseBlock } from '../cases/case-block.ts'
import { checkIndices } from '../cases/indices.ts'
import { applyLedgerEntry, checkLedgerCases } from '../cases/ledger.ts'
import type { LedgerEntry } from '../cases/ledger.ts'
import { TRANSACTION_TYPE } from '../contract.ts'
import type { CaseSnapshot } from '../contract.ts'
import type { StoredCase } from '../store/read-existing.ts'
import { createWriteSet } from '../store/write-set.ts'
import type { WriteSet } from '../store/write-set.ts'
import { caseEvent } from './form-row.ts'
import { touchedCaseIds } from './parse-submission.ts'
import type { ParsedForm } from './parse-submission.ts'

export interface Workspace {
  /** By case id; an id belongs to one domain only. */
  readonly cases: Map<string, StoredCase>
  /** Cases as the database has them, as far as they were asked for. */
  readonly stored: Map<string, StoredCase>
  /** Decimal text by `ledgerKey`. */
  readonly balances: Map<string, string>
  readonly set: WriteSet
}

export function createWorkspace(stored: readonly StoredCase[], balances: Map<string, string>): Workspace {
  const workspace: Workspace = { cases: new Map(), stored: new Map(), balances, set: createWriteSet() }
  addStored(workspace, stored)
  return workspace
}

/** Cases read later than the others; none of them may have been changed in the workspace. */
export function addStored(workspace: Workspace, stored: readonly StoredCase[]): void {
  for (const one of stored) {
    workspace.cases.set(one.snapshot.case_id, one)
    workspace.stored.set(one.snapshot.case_id, one)
  }
}

export function ledgerKey(entry: Pick<LedgerEntry, 'caseId' | 'sectionId' | 'entryId'>): string {
  return JSON.stringify([entry.caseId, entry.sectionId, entry.entryId])
}

/** A form about to take effect. */
export interface Applying {
  readonly domain: string
  readonly formId: string
  readonly receivedAt: string
  readonly syncLogId: string | null
}

interface Change {
  readonly caseId: string
  readonly blocks: readonly CaseBlock[]
  readonly before: StoredCase | undefined
  readonly after: CaseSnapshot
  readonly type: number
}

function groupByCase(blocks: readonly CaseBlock[]): Map<string, CaseBlock[]> {
  const groups = new Map<string, CaseBlock[]>()
  for (const block of blocks) {
    const group = groups.get(block.caseId)
    if (group === undefined) groups.set(block.caseId, [block])
    else group.push(block)
  }
  return groups
}

function planChanges(workspace: Workspace, form: ParsedForm, applying: Applying): readonly Change[] | string {
  const groups = groupByCase(form.blocks)
  const ledgerCases = new Set(form.ledgers.map((entry) => entry.caseId))
  const context = { formId: applying.formId, serverModifiedAt: applying.receivedAt }
  const changes: Change[] = []
  for (const caseId of touchedCaseIds(form)) {
    const before = workspace.cases.get(caseId)
    if (before !== undefined && before.domain !== applying.domain) return 'IllegalCaseId: Bad case id'
    const blocks = groups.get(caseId) ?? []
    const touched = before === undefined ? null : touchCase(before.snapshot, applying.receivedAt)
    const after = blocks.length === 0 ? touched : applyCaseBlocks(before?.snapshot ?? null, blocks, context)
    // A ledger of a case that does not exist: checkLedgerCases says so below.
    if (after === null) continue
    const type =
      (blocks.length > 0 ? transactionType(blocks) : TRANSACTION_TYPE.form) |
      (ledgerCases.has(caseId) ? TRANSACTION_TYPE.ledger : 0)
    changes.push({ caseId, blocks, before, after, type })
  }
  return changes
}

/** Checks that need the other cases. Source: reference §2.5, §2.8. */
function findFault(
  workspace: Workspace,
  form: ParsedForm,
  changes: readonly Change[],
  domain: string,
): string | null {
  const ofForm = new Set(changes.map((change) => change.caseId))
  const exists = (caseId: string): boolean =>
    ofForm.has(caseId) || workspace.cases.get(caseId)?.domain === domain
  const reindexed = changes.filter((change) => (change.type & TRANSACTION_TYPE.caseIndex) !== 0)
  const fault =
    checkIndices(
      reindexed.map((change) => change.after),
      exists,
    ) ?? checkLedgerCases(form.ledgers, exists)
  return fault?.problem ?? null
}

function keepChange(workspace: Workspace, change: Change, applying: Applying): void {
  const { domain, formId, receivedAt, syncLogId } = applying
  const version = (change.before?.version ?? 0) + 1
  const last = change.blocks.at(-1)
  workspace.cases.set(change.caseId, { domain, version, snapshot: change.after })
  workspace.set.cases.set(change.caseId, {
    domain,
    stored: workspace.stored.get(change.caseId)?.snapshot ?? null,
    after: change.after,
    version,
  })
  workspace.set.transactions.push({
    domain,
    case_id: change.caseId,
    form_id: formId,
    rebuild: 0,
    type: change.type,
    server_at: receivedAt,
    client_at: last?.modifiedAt ?? null,
    sync_log_id: syncLogId,
    revoked: false,
    user_id: last?.userId ?? null,
    details: null,
    blocks: change.blocks,
    seq: null,
  })
  workspace.set.events.push(
    caseEvent(
      domain,
      version,
      { before: change.before?.snapshot ?? null, after: change.after },
      {
        formId,
        type: change.type,
        userId: last?.userId ?? null,
        changedAt: last?.modifiedAt ?? receivedAt,
        serverAt: receivedAt,
      },
    ),
  )
}

function keepLedger(workspace: Workspace, entry: LedgerEntry, applying: Applying): void {
  const { domain, formId, receivedAt } = applying
  const key = ledgerKey(entry)
  const { balance, delta } = applyLedgerEntry(workspace.balances.get(key) ?? null, entry)
  workspace.balances.set(key, balance)
  const place = { domain, case_id: entry.caseId, section_id: entry.sectionId, entry_id: entry.entryId }
  workspace.set.ledgerValues.set(key, {
    ...place,
    balance,
    last_modified_at: receivedAt,
    last_modified_form_id: formId,
  })
  workspace.set.ledgerTransactions.push({
    ...place,
    form_id: formId,
    position: entry.position,
    kind: entry.kind,
    delta,
    updated_balance: balance,
    server_at: receivedAt,
    reported_at: entry.reportedAt,
    revoked: false,
  })
}

/** Cases that a form closed and that were open before. */
export interface Applied {
  readonly closed: readonly string[]
}

/**
 * Lets a form take effect on the workspace.
 * @returns the known error that forbids it, with nothing changed, or what it closed.
 */
export function applyForm(
  workspace: Workspace,
  form: ParsedForm,
  applying: Applying,
): Applied | { readonly problem: string } {
  const changes = planChanges(workspace, form, applying)
  if (typeof changes === 'string') return { problem: changes }
  const fault = findFault(workspace, form, changes, applying.domain)
  if (fault !== null) return { problem: fault }
  for (const change of changes) keepChange(workspace, change, applying)
  for (const entry of form.ledgers) keepLedger(workspace, entry, applying)
  const closed = changes.filter((change) => change.after.closed && change.before?.snapshot.closed !== true)
  return { closed: closed.map((change) => change.caseId) }
}
