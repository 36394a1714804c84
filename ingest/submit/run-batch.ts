/** One transaction for what arrived together: locks, one look at what is there, reduction in memory, one write. */
import type { PoolClient } from 'pg'
import { appendEvents, reach } from '#infra/platform/index.ts'
import type { Postgres } from '#infra/platform/contract.ts'
import { FORM_STATE } from '../contract.ts'
import { GATE_KEYS, tryLocks } from '../store/locks.ts'
import { readBalances, readCases, readForms } from '../store/read-existing.ts'
import type { ExistingForm } from '../store/read-existing.ts'
import { writeSet } from '../store/write-set.ts'
import { isAcceptedBeside } from './accept.ts'
import { closeExtensions } from './close-extensions.ts'
import { keepDuplicate, keepErrorLog, keepNewForm } from './keep-form.ts'
import type { Kept, Member } from './keep-form.ts'
import { touchedCaseIds } from './parse-submission.ts'
import type { SubmissionResult } from './submission.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** `alone`: an edit, a form after an error, or one whose locks somebody else holds: it needs a transaction of its own. */
export type BatchResult = SubmissionResult | { readonly kind: 'alone' }

export interface BatchDependencies {
  readonly postgres: Postgres
  readonly newId: () => string
  readonly closesExtensions: (domain: string) => Promise<boolean>
}

/** Every case that the member reads: those it changes and those its indices point to. */
function readCaseIds(member: Member): readonly string[] {
  if (member.form === null) return []
  const referenced = member.form.blocks.flatMap((block) =>
    (block.indices ?? []).map((index) => index.referenced_id),
  )
  return [...touchedCaseIds(member.form), ...referenced]
}

export async function openWorkspace(client: PoolClient, members: readonly Member[]): Promise<Workspace> {
  const caseIds = [...new Set(members.flatMap(readCaseIds))]
  const stored = [...(await readCases(client, caseIds))]
  // An index that this form leaves alone is checked with the ones it sets.
  const known = new Set(caseIds)
  const more = stored.flatMap(({ snapshot }) => snapshot.indices.map((index) => index.referenced_id))
  const unknown = [...new Set(more)].filter((caseId) => !known.has(caseId))
  stored.push(...(await readCases(client, unknown)))
  const ledgerCases = members.flatMap((member) => member.form?.ledgers.map((entry) => entry.caseId) ?? [])
  return createWorkspace(stored, await readBalances(client, [...new Set(ledgerCases)]))
}

/** What is known of a form's id: in this domain, elsewhere, and earlier in this batch. */
interface Ids {
  readonly existing: readonly ExistingForm[]
  readonly inBatch: Map<string, { readonly domain: string; readonly md5: string; readonly state: number }>
}

/** The member with a form that was read. */
type ReadMember = Member & { readonly form: NonNullable<Member['form']> }

function isRead(member: Member): member is ReadMember {
  return member.form !== null
}

/** Source: reference §1.8. */
function keepMember(
  workspace: Workspace,
  member: Member,
  ids: Ids,
  newId: () => string,
): Kept | { readonly result: { readonly kind: 'alone' } } {
  if (!isAcceptedBeside(workspace, member)) return { result: { kind: 'refused' }, closed: [] }
  if (!isRead(member)) return { result: keepErrorLog(workspace, member, member.unreadable ?? ''), closed: [] }
  const same = ids.existing.filter((form) => form.form_id === member.formId)
  const here = same.find((form) => form.domain === member.domain)
  const taken = ids.inBatch.get(member.formId)
  const earlier = taken?.domain === member.domain ? taken : undefined
  if (here !== undefined || earlier !== undefined) {
    const state = here?.state ?? earlier?.state ?? FORM_STATE.normal
    const md5 = here?.md5 ?? earlier?.md5
    if (md5 !== member.xml.md5 || state === FORM_STATE.error) return { result: { kind: 'alone' } }
    return { result: keepDuplicate(workspace, member, newId()), closed: [] }
  }
  // An id of another domain is not this domain's business: the form gets one of its own.
  const formId = same.length > 0 || taken !== undefined ? newId() : member.formId
  const kept = keepNewForm(workspace, member, { formId })
  const state = kept.result.kind === 'case-error' ? FORM_STATE.error : FORM_STATE.normal
  ids.inBatch.set(formId, { domain: member.domain, md5: member.xml.md5, state })
  return kept
}

/**
 * Answers each member in its place. Everything that is not `alone` is committed when this returns.
 * @throws whatever Postgres says: nothing of the batch is kept then.
 */
export async function runBatch(
  { postgres, newId, closesExtensions }: BatchDependencies,
  members: readonly Member[],
): Promise<readonly BatchResult[]> {
  const results = await postgres.transaction(async (client) => {
    // One with more cases than Postgres has room for locks goes alone, through the gate of its domain.
    const small = members.filter(({ keys }) => keys.length <= GATE_KEYS)
    const held = await tryLocks(client, small)
    const ready = small.filter((_, index) => held[index] === true)
    const isReady = new Set(ready)
    const formIds = [...new Set(ready.filter(isRead).map((member) => member.formId))]
    const ids: Ids = { existing: await readForms(client, formIds), inBatch: new Map() }
    const workspace = await openWorkspace(client, ready)
    const results: BatchResult[] = []
    for (const member of members) {
      if (!isReady.has(member)) {
        results.push({ kind: 'alone' })
        continue
      }
      const kept = keepMember(workspace, member, ids, newId)
      results.push(kept.result)
      if (!('closed' in kept) || kept.closed.length === 0 || !(await closesExtensions(member.domain)))
        continue
      const { domain, receivedAt } = member
      await closeExtensions({ client, workspace, domain, closed: kept.closed, receivedAt, newId })
    }
    await writeSet(client, workspace.set)
    await appendEvents(client, workspace.set.events)
    reach('ingest.batch.prepared')
    return results
  })
  reach('ingest.batch.committed')
  return results
}
