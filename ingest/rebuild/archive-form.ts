/** Takes a form out of account, and back: its transactions stop or start to count, and its cases are rebuilt. */
import type { PoolClient } from 'pg'
import type { Postgres } from '#infra/platform/contract.ts'
import { appendEvents } from '#infra/platform/index.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { FORM_STATE, TRANSACTION_TYPE } from '../contract.ts'
import { readFormSnapshot } from '../read/form-reads.ts'
import { layOutForm } from '../read/lay-out.ts'
import { formKey } from '../store/locks.ts'
import { createWriteSet, writeSet } from '../store/write-set.ts'
import { formEvent } from '../submit/form-row.ts'
import { lockWithCases } from './lock-form.ts'
import { rebuildCases } from './rebuild-cases.ts'
import { rebuildLedgers } from './rebuild-ledgers.ts'

export interface Archiving {
  readonly domain: string
  readonly formId: string
  readonly userId: string | null
  readonly operation: 'archive' | 'unarchive'
  readonly at: string
  readonly lockTimeoutMs: number
  readonly readMember: ReadMember
}

/** @returns false when there is no such form, or it is in neither of the two states. Repeating changes nothing. */
export async function archiveForm(postgres: Postgres, archiving: Archiving): Promise<boolean> {
  const { domain, formId, operation, at } = archiving
  const [from, to] =
    operation === 'archive'
      ? [FORM_STATE.normal, FORM_STATE.archived]
      : [FORM_STATE.archived, FORM_STATE.normal]
  const readMember = await layOutForm({ postgres, readMember: archiving.readMember }, domain, formId)
  return postgres.transaction(async (client) => {
    const request = { domain, formId, keys: [formKey(formId)] }
    const caseIds = await lockWithCases(client, request, archiving.lockTimeoutMs)
    const { rows } = await client.query<{ state: number }>(
      'select state from ingest.forms where domain = $1 and form_id = $2',
      [domain, formId],
    )
    const state = rows[0]?.state
    if (state === to) return true
    if (state !== from) return false
    await markForm(client, archiving, to)
    const set = createWriteSet()
    const type = TRANSACTION_TYPE.rebuildFormArchived
    await rebuildCases(client, set, caseIds, { domain, formId, type, userId: archiving.userId, at })
    await rebuildLedgers(client, domain, caseIds)
    await writeSet(client, set)
    const form = await readFormSnapshot({ client, readMember }, domain, formId)
    if (form === null) throw new Error('a locked form has disappeared')
    await appendEvents(client, [...set.events, formEvent(domain, form.version, form.snapshot)])
    return true
  })
}

async function markForm(client: PoolClient, archiving: Archiving, state: number): Promise<void> {
  const { domain, formId, operation, userId, at } = archiving
  const entry = JSON.stringify([{ user_id: userId, date: at, operation }])
  await client.query(
    `update ingest.forms set state = $3, version = version + 1, server_modified_at = $4, history = history || $5::jsonb
     where domain = $1 and form_id = $2`,
    [domain, formId, state, at, entry],
  )
  for (const table of ['ingest.case_transactions', 'ingest.ledger_transactions']) {
    const forms = table === 'ingest.case_transactions' ? ' and rebuild = 0' : ''
    await client.query(`update ${table} set revoked = $3 where domain = $1 and form_id = $2${forms}`, [
      domain,
      formId,
      state === FORM_STATE.archived,
    ])
  }
}
