/**
 * A submission in a transaction of its own: the edit of a form that is already there, a form sent again after an error, and
 * whatever could not have its locks in a batch. Waits for locks, up to the timeout.
 */
import type { PoolClient } from 'pg'
import { appendEvents, reach } from '#infra/platform/index.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { FORM_STATE } from '../contract.ts'
import { readFormSnapshot } from '../read/form-reads.ts'
import { layOutForm } from '../read/lay-out.ts'
import { archivedAt, joinArchive, toAsked } from '../read/stored-xml.ts'
import type { ArchivedAt } from '../read/stored-xml.ts'
import { lockWithCases } from '../rebuild/lock-form.ts'
import { waitForLocks } from '../store/locks.ts'
import { readForms } from '../store/read-existing.ts'
import type { ExistingForm } from '../store/read-existing.ts'
import { writeSet } from '../store/write-set.ts'
import { isAcceptedBeside, isAcceptedInstead } from './accept.ts'
import { closeExtensions } from './close-extensions.ts'
import { editForm } from './edit-form.ts'
import type { Alone } from './edit-form.ts'
import { formEvent } from './form-row.ts'
import { keepDuplicate, keepErrorLog, keepNewForm } from './keep-form.ts'
import type { Kept, Member } from './keep-form.ts'
import { openWorkspace } from './run-batch.ts'
import type { BatchDependencies } from './run-batch.ts'
import type { SubmittedFile } from '../multipart/attachment-rules.ts'
import type { SubmissionResult } from './submission.ts'
import type { Workspace } from './workspace.ts'

export interface AloneDependencies extends BatchDependencies {
  readonly lockTimeoutMs: number
  readonly readMember: ReadMember
}

/** @throws PLATFORM_POSTGRES_CONTENDED when somebody else holds the form or a case for longer than the timeout. */
export async function submitAlone(
  dependencies: AloneDependencies,
  member: Member,
): Promise<SubmissionResult> {
  const readMember = await layOutForm(dependencies, member.domain, member.formId)
  const result = await dependencies.postgres.transaction(async (client) => {
    const kept = await submitIn(client, { ...dependencies, readMember }, member)
    reach('ingest.batch.prepared')
    return kept
  })
  reach('ingest.batch.committed')
  return result
}

async function submitIn(
  client: PoolClient,
  dependencies: AloneDependencies,
  member: Member,
): Promise<SubmissionResult> {
  const { form } = member
  const timeoutMs = dependencies.lockTimeoutMs
  if (form === null) {
    await waitForLocks(client, member, timeoutMs)
    return flush(client, await openWorkspace(client, []), (workspace) =>
      keepErrorLog(workspace, member, member.unreadable ?? ''),
    )
  }
  const oldCases = await lockWithCases(client, member, timeoutMs)
  const alone: Alone = { ...dependencies, client, member: { ...member, form }, oldCases }
  const same = await readForms(client, [member.formId])
  const here = same.find((one) => one.domain === member.domain)
  if (here === undefined) return keepNew(alone, same.length > 0 ? dependencies.newId() : member.formId, 1)
  return submitAgain(alone, here)
}

async function flush(
  client: PoolClient,
  workspace: Workspace,
  keep: (workspace: Workspace) => SubmissionResult,
): Promise<SubmissionResult> {
  const result = keep(workspace)
  await writeSet(client, workspace.set)
  await appendEvents(client, workspace.set.events)
  return result
}

async function keepNew(
  { client, member, newId, closesExtensions }: Alone,
  formId: string,
  version: number,
  receivedAt = member.receivedAt,
): Promise<SubmissionResult> {
  const workspace = await openWorkspace(client, [member])
  if (!isAcceptedBeside(workspace, member)) return { kind: 'refused' }
  const kept: Kept = keepNewForm(workspace, member, { formId, version, receivedAt })
  const { domain } = member
  if (kept.closed.length > 0 && (await closesExtensions(domain))) {
    await closeExtensions({ client, workspace, domain, closed: kept.closed, receivedAt, newId })
  }
  return flush(client, workspace, () => kept.result)
}

/** The same id again in the same domain. Source: reference §1.8. */
async function submitAgain(alone: Alone, here: ExistingForm): Promise<SubmissionResult> {
  const { client, member, newId } = alone
  const isError = here.state === FORM_STATE.error
  if (here.md5 === member.xml.md5 && !isError) {
    return flush(client, await openWorkspace(client, []), (workspace) =>
      keepDuplicate(workspace, member, newId()),
    )
  }
  // A copy is the past of another form, and nobody's to edit.
  const isCopy = here.state === FORM_STATE.deprecated || here.state === FORM_STATE.duplicate
  if (isCopy || here.xmlns !== member.form.xmlns) return keepNew(alone, newId(), 1)
  const workspace = await openWorkspace(client, [member])
  const accepted = isAcceptedBeside(workspace, member) && (await isAcceptedInstead(alone, here))
  if (!accepted) return { kind: 'refused' }
  if (!isError) return editForm(alone, workspace, here)
  if (here.md5 === member.xml.md5) {
    // What came with the form the first time is not asked for again.
    const attachments = await readOtherAttachments(alone, here)
    await client.query('delete from ingest.forms where domain = $1 and form_id = $2', [
      member.domain,
      here.form_id,
    ])
    const request = { ...member.request, attachments: [...member.request.attachments, ...attachments] }
    return keepNew(
      { ...alone, member: { ...member, request } },
      here.form_id,
      here.version + 1,
      here.received_at,
    )
  }
  await moveAside(alone, here)
  // Keeps its time of arrival: a form's place in the warehouse must not move. Differs: the reference takes the new one.
  return keepNew(alone, here.form_id, here.version + 1, here.received_at)
}

/** Files of the form as stored, without those that this submission brings itself. */
async function readOtherAttachments(
  { client, member, readMember }: Alone,
  here: ExistingForm,
): Promise<SubmittedFile[]> {
  const { rows } = await client.query<ArchivedAt & SubmittedFile & { content: Buffer | null }>(
    `select a.name, a.content_type as "contentType", a.content, ${archivedAt('a', 'md5')}
     from ingest.form_attachments a ${joinArchive('a')}
     where a.domain = $1 and a.form_id = $2 and a.name <> all($3::text[]) order by a.name`,
    [member.domain, here.form_id, member.request.attachments.map(({ name }) => name)],
  )
  const files: SubmittedFile[] = []
  for (const row of rows) {
    const asked = toAsked(row)
    const content = asked === null ? row.content : (await readMember(asked)).content
    files.push({ name: row.name, contentType: row.contentType, content })
  }
  return files
}

/** The failed form takes another id, so that the new one can have its own. */
async function moveAside({ client, member, newId, readMember }: Alone, here: ExistingForm): Promise<void> {
  const movedId = newId()
  await client.query(
    'update ingest.forms set form_id = $3, orig_id = $2, version = 1 where domain = $1 and form_id = $2',
    [member.domain, here.form_id, movedId],
  )
  const moved = await readFormSnapshot({ client, readMember }, member.domain, movedId)
  if (moved !== null) await appendEvents(client, [formEvent(member.domain, moved.version, moved.snapshot)])
}
