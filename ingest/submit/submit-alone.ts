/**
 * A submission in a transaction of its own: the edit of a form that is already there, a form sent again after an error, and
 * whatever could not have its locks in a batch. Waits for locks, up to the timeout.
 */
import type { PoolClient } from 'pg'
import { appendEvents } from '#infra/platform/index.ts'
import { FORM_STATE, TRANSACTION_TYPE } from '../contract.ts'
import { casesOfForm } from '../rebuild/archive-form.ts'
import { rebuildCases, rebuildLedgers } from '../rebuild/rebuild-cases.ts'
import { readFormSnapshot } from '../read/form-reads.ts'
import { caseKey, waitForLocks } from '../store/locks.ts'
import { readForms } from '../store/read-existing.ts'
import type { ExistingForm } from '../store/read-existing.ts'
import { createWriteSet, writeSet } from '../store/write-set.ts'
import type { WriteSet } from '../store/write-set.ts'
import { isAcceptedBeside, isAcceptedInstead } from './accept.ts'
import { closeExtensions } from './close-extensions.ts'
import { formEvent, toFormColumns } from './form-row.ts'
import { keepDuplicate, keepErrorForm, keepErrorLog, keepNewForm, newFacts } from './keep-form.ts'
import type { Kept, Member } from './keep-form.ts'
import { touchedCaseIds } from './parse-submission.ts'
import type { ParsedForm } from './parse-submission.ts'
import { openWorkspace } from './run-batch.ts'
import type { BatchDependencies } from './run-batch.ts'
import type { SubmittedFile } from '../multipart/attachment-rules.ts'
import type { SubmissionResult } from './submission.ts'
import { applyForm } from './workspace.ts'
import type { Workspace } from './workspace.ts'

export interface AloneDependencies extends BatchDependencies {
  readonly lockTimeoutMs: number
}

interface Alone extends AloneDependencies {
  readonly client: PoolClient
  readonly member: Member & { readonly form: ParsedForm }
}

/** @throws PLATFORM_POSTGRES_CONTENDED when somebody else holds the form or a case for longer than the timeout. */
export async function submitAlone(
  dependencies: AloneDependencies,
  member: Member,
): Promise<SubmissionResult> {
  return dependencies.postgres.transaction(async (client) => {
    await waitForLocks(client, member, dependencies.lockTimeoutMs)
    const { form } = member
    if (form === null) {
      return flush(client, await openWorkspace(client, []), (workspace) =>
        keepErrorLog(workspace, member, member.unreadable ?? ''),
      )
    }
    const alone: Alone = { ...dependencies, client, member: { ...member, form } }
    const same = await readForms(client, [member.formId])
    const here = same.find((one) => one.domain === member.domain)
    if (here === undefined) return keepNew(alone, same.length > 0 ? dependencies.newId() : member.formId, 1)
    return submitAgain(alone, here)
  })
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
  if (here.xmlns !== member.form.xmlns) return keepNew(alone, newId(), 1)
  const workspace = await openWorkspace(client, [member])
  const accepted = isAcceptedBeside(workspace, member) && (await isAcceptedInstead(client, member, here))
  if (!accepted) return { kind: 'refused' }
  if (!isError) return edit(alone, workspace, here)
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
async function readOtherAttachments({ client, member }: Alone, here: ExistingForm): Promise<SubmittedFile[]> {
  const { rows } = await client.query<SubmittedFile>(
    `select name, content_type as "contentType", content from ingest.form_attachments
     where domain = $1 and form_id = $2 and content is not null and name <> all($3::text[]) order by name`,
    [member.domain, here.form_id, member.request.attachments.map(({ name }) => name)],
  )
  return rows
}

/** The failed form takes another id, so that the new one can have its own. */
async function moveAside({ client, member, newId }: Alone, here: ExistingForm): Promise<void> {
  const movedId = newId()
  await client.query(
    'update ingest.forms set form_id = $3, orig_id = $2, version = 1 where domain = $1 and form_id = $2',
    [member.domain, here.form_id, movedId],
  )
  const moved = await readFormSnapshot(client, member.domain, movedId)
  if (moved !== null) await appendEvents(client, [formEvent(member.domain, moved.version, moved.snapshot)])
}

/** The form keeps its id and its place in time; what it said before is kept under a new id. */
async function edit(alone: Alone, workspace: Workspace, here: ExistingForm): Promise<SubmissionResult> {
  const { client, member, newId } = alone
  const { domain, form, receivedAt: at } = member
  const oldCases = await casesOfForm(client, domain, here.form_id)
  await waitForLocks(client, { domain, keys: oldCases.map(caseKey) }, alone.lockTimeoutMs)
  const applied =
    form.problem === null
      ? applyForm(workspace, form, {
          domain,
          formId: here.form_id,
          receivedAt: here.received_at,
          syncLogId: member.request.lastSyncToken,
        })
      : { problem: form.problem }
  if ('problem' in applied) {
    const fresh = await openWorkspace(client, [])
    return flush(client, fresh, () =>
      keepErrorForm(fresh, member, { formId: newId(), problem: applied.problem }),
    )
  }
  const deprecatedId = newId()
  const seqByCase = await deprecate(client, { domain, formId: here.form_id, deprecatedId, at })
  await replaceForm(alone, here, deprecatedId)
  const transactions = workspace.set.transactions.map((row) => ({
    ...row,
    seq: seqByCase.get(row.case_id) ?? null,
  }))
  await writeSet(client, {
    ...createWriteSet(),
    transactions,
    ledgerTransactions: workspace.set.ledgerTransactions,
  })
  const caseIds = [...new Set([...oldCases, ...touchedCaseIds(form)])].sort()
  const set = createWriteSet()
  const type = TRANSACTION_TYPE.rebuildFormEdit
  const userId = member.request.authContext.user_id ?? form.meta?.userID ?? 'unknown'
  await rebuildCases(client, set, caseIds, { domain, formId: here.form_id, type, userId, at })
  await rebuildLedgers(client, domain, caseIds)
  await writeSet(client, set)
  for (const formId of [deprecatedId, here.form_id]) {
    const kept = await readFormSnapshot(client, domain, formId)
    if (kept !== null) set.events.push(formEvent(domain, kept.version, kept.snapshot))
  }
  await appendEvents(client, set.events)
  await closeAfterEdit(alone, set)
  return { kind: 'edited', formId: here.form_id, deviceId: form.meta?.deviceID ?? null }
}

/** Extensions of the hosts that the new version closes, as after a first submission. */
async function closeAfterEdit(alone: Alone, { cases }: WriteSet): Promise<void> {
  const { client, member, newId } = alone
  const { domain, receivedAt } = member
  const closed = [...cases.values()]
    .filter(({ stored, after }) => after.closed && stored?.closed !== true)
    .map(({ after }) => after.case_id)
  if (closed.length === 0 || !(await alone.closesExtensions(domain))) return
  const workspace = await openWorkspace(client, [])
  await closeExtensions({ client, workspace, domain, closed, receivedAt, newId })
  await writeSet(client, workspace.set)
  await appendEvents(client, workspace.set.events)
}

interface Deprecation {
  readonly domain: string
  readonly formId: string
  readonly deprecatedId: string
  readonly at: string
}

const COPIED =
  'xmlns, app_id, build_id, user_id, username, device_id, received_at, time_start, time_end, commcare_version, app_version, app_build_version, problem, auth_context, openrosa_headers, submit_ip, last_sync_token, date_header, partial_submission, is_api_submission, initial_processing_complete, history, xml_deflated, xml_md5, xml_bytes'

/**
 * Copies the old version under its new id, and hands its transactions to it, revoked.
 * @returns the place of the old transactions, by case, for the new ones to take.
 */
async function deprecate(client: PoolClient, deprecation: Deprecation): Promise<Map<string, string>> {
  const { domain, formId, deprecatedId, at } = deprecation
  await client.query(
    `insert into ingest.forms (domain, form_id, state, orig_id, edited_at, server_modified_at, version, ${COPIED})
     select domain, $3, ${FORM_STATE.deprecated}, $2, $4::timestamptz, $4::timestamptz, 1, ${COPIED}
     from ingest.forms where domain = $1 and form_id = $2`,
    [domain, formId, deprecatedId, at],
  )
  await client.query(
    `insert into ingest.form_attachments (domain, form_id, name, content_type, size_bytes, md5, content)
     select domain, $3, name, content_type, size_bytes, md5, content
     from ingest.form_attachments where domain = $1 and form_id = $2`,
    [domain, formId, deprecatedId],
  )
  const { rows } = await client.query<{ case_id: string; seq: string }>(
    `update ingest.case_transactions set form_id = $3, revoked = true
     where domain = $1 and form_id = $2 and rebuild = 0 returning case_id, seq::text as seq`,
    [domain, formId, deprecatedId],
  )
  await client.query(
    'update ingest.ledger_transactions set form_id = $3, revoked = true where domain = $1 and form_id = $2',
    [domain, formId, deprecatedId],
  )
  return new Map(rows.map((row) => [row.case_id, row.seq]))
}

/** What a new version says of itself; id, time of arrival, and history stay. */
const REPLACED = [
  'app_id',
  'build_id',
  'user_id',
  'username',
  'device_id',
  'time_start',
  'time_end',
  'commcare_version',
  'app_version',
  'app_build_version',
  'auth_context',
  'openrosa_headers',
  'submit_ip',
  'last_sync_token',
  'date_header',
  'is_api_submission',
  'xml_bytes',
] as const

/** Attachments that the new version does not bring stay with the form. */
async function replaceForm(
  { client, member }: Alone,
  here: ExistingForm,
  deprecatedId: string,
): Promise<void> {
  const { domain, form, xml, request, receivedAt: at } = member
  const userId = request.authContext.user_id ?? form.meta?.userID ?? 'unknown'
  const columns = toFormColumns(newFacts(member, { formId: here.form_id }), form, request)
  await client.query(
    `update ingest.forms set state = ${FORM_STATE.normal}, edited_at = $3, server_modified_at = $3, deprecated_form_id = $4,
       history = history || $5::jsonb, version = version + 1, xml_deflated = $6, xml_md5 = decode($7, 'hex'), problem = null,
       ${REPLACED.map((name, index) => `${name} = $${index + 8}`).join(', ')}
     where domain = $1 and form_id = $2`,
    [
      domain,
      here.form_id,
      at,
      deprecatedId,
      JSON.stringify([{ user_id: userId, date: at, operation: 'edit' }]),
      Buffer.from(xml.deflated),
      xml.md5,
      ...REPLACED.map((name) => columns[name]),
    ],
  )
  for (const file of request.attachments) {
    await client.query(
      `insert into ingest.form_attachments (domain, form_id, name, content_type, size_bytes, md5, content)
       values ($1, $2, $3, $4, $5, decode(md5($6::bytea), 'hex'), $6::bytea)
       on conflict (domain, form_id, name) do update set content_type = excluded.content_type,
         size_bytes = excluded.size_bytes, md5 = excluded.md5, content = excluded.content`,
      [domain, here.form_id, file.name, file.contentType, file.content.byteLength, file.content],
    )
  }
}
