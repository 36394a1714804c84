/** An edit: other bytes for a form that is already there. Source: reference §1.8 (3c). */
import type { PoolClient } from 'pg'
import { appendEvents } from '#infra/platform/index.ts'
import { KEPT_COLUMNS } from '../archive/format/kept-columns.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { FORM_STATE, TRANSACTION_TYPE } from '../contract.ts'
import { readFormSnapshot } from '../read/form-reads.ts'
import { rebuildCases } from '../rebuild/rebuild-cases.ts'
import { rebuildLedgers } from '../rebuild/rebuild-ledgers.ts'
import type { ExistingForm } from '../store/read-existing.ts'
import { createWriteSet, writeSet } from '../store/write-set.ts'
import type { WriteSet } from '../store/write-set.ts'
import { closeExtensions } from './close-extensions.ts'
import { formEvent, toFormColumns } from './form-row.ts'
import { keepErrorForm, newFacts } from './keep-form.ts'
import type { Member } from './keep-form.ts'
import { touchedCaseIds } from './parse-submission.ts'
import type { ParsedForm } from './parse-submission.ts'
import { openWorkspace } from './run-batch.ts'
import type { BatchDependencies } from './run-batch.ts'
import type { SubmissionResult } from './submission.ts'
import { applyForm } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** A submission and the transaction that is its own. */
export interface Alone extends BatchDependencies {
  readonly client: PoolClient
  readonly member: Member & { readonly form: ParsedForm }
  /** Cases of the form as stored, locked with those of the new version. */
  readonly oldCases: readonly string[]
  readonly readMember: ReadMember
}

/** The form keeps its id and its place in time; what it said before is kept under a new id. */
export async function editForm(
  alone: Alone,
  workspace: Workspace,
  here: ExistingForm,
): Promise<SubmissionResult> {
  const { client, member, newId, oldCases } = alone
  const { domain, form, receivedAt: at } = member
  const applied =
    form.problem === null
      ? applyForm(workspace, form, {
          domain,
          formId: here.form_id,
          receivedAt: here.received_at,
          syncLogId: member.request.lastSyncToken,
        })
      : { problem: form.problem }
  if ('problem' in applied) return keepRefused(alone, here, applied.problem)
  const deprecatedId = newId()
  const seqByCase = await deprecate(client, { domain, formId: here.form_id, deprecatedId, at })
  await replaceForm(alone, here, deprecatedId)
  // A case that only the new version touches: in the place that the form has among the others.
  const [place = null] = [...seqByCase.values()].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1))
  const transactions = workspace.set.transactions.map((row) => ({
    ...row,
    seq: seqByCase.get(row.case_id) ?? place,
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
    const kept = await readFormSnapshot({ client, readMember: alone.readMember }, domain, formId)
    if (kept !== null) set.events.push(formEvent(domain, kept.version, kept.snapshot))
  }
  await appendEvents(client, set.events)
  await closeAfterEdit(alone, set)
  return { kind: 'edited', formId: here.form_id, deviceId: form.meta?.deviceID ?? null }
}

/**
 * Differs: the reference would let the faulty version take the id, and the good one go. Here the form that counts stays, and the
 * faulty version is kept beside it, pointing to it; sent again without the fault it is an edit like any other.
 */
async function keepRefused(
  { client, newId, member }: Alone,
  here: ExistingForm,
  problem: string,
): Promise<SubmissionResult> {
  const workspace = await openWorkspace(client, [])
  const result = keepErrorForm(workspace, member, { formId: newId(), origId: here.form_id, problem })
  await writeSet(client, workspace.set)
  await appendEvents(client, workspace.set.events)
  return result
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
  'xmlns, app_id, build_id, user_id, username, device_id, received_at, time_start, time_end, commcare_version, app_version, app_build_version, problem, auth_context, openrosa_headers, submit_ip, last_sync_token, date_header, partial_submission, is_api_submission, initial_processing_complete, history, xml_deflated, xml_md5, xml_bytes, archive_object, archive_offset, archive_bytes'

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
    `insert into ingest.form_attachments
       (domain, form_id, name, content_type, size_bytes, md5, content, archive_object, archive_offset, archive_bytes)
     select domain, $3, name, content_type, size_bytes, md5, content, archive_object, archive_offset, archive_bytes
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
const REPLACED = ['user_id', 'is_api_submission', 'xml_bytes', ...KEPT_COLUMNS] as const

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
       archive_object = null, archive_offset = null, archive_bytes = null,
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
         size_bytes = excluded.size_bytes, md5 = excluded.md5, content = excluded.content,
         archive_object = null, archive_offset = null, archive_bytes = null`,
      [domain, here.form_id, file.name, file.contentType, file.content.byteLength, file.content],
    )
  }
}
