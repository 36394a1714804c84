/** When a host closes, its open extension chain closes with it, by a form of the platform's own in the same transaction. */
import type { PoolClient } from 'pg'
import { closingForm } from '../cases/closing-form.ts'
import { extensionChain } from '../cases/indices.ts'
import { readCases } from '../store/read-existing.ts'
import { caseKey, Held, tryLocks } from '../store/locks.ts'
import { parseSubmission, toStoredXml } from './parse-submission.ts'
import { keepNewForm } from './keep-form.ts'
import type { Member } from './keep-form.ts'
import { addStored } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const OPEN_EXTENSIONS = `
with recursive chain (case_id, host) as (
  select i.case_id, i.referenced_id from ingest.case_indices i
    join ingest.cases c on c.domain = i.domain and c.case_id = i.case_id
    where i.domain = $1 and i.referenced_id = any($2::text[]) and i.relationship = 2 and not c.closed and not c.deleted
  union
  select i.case_id, i.referenced_id from chain
    join ingest.case_indices i on i.domain = $1 and i.referenced_id = chain.case_id and i.relationship = 2
    join ingest.cases c on c.domain = i.domain and c.case_id = i.case_id and not c.closed and not c.deleted
) select case_id, host from chain`

interface Closing {
  readonly client: PoolClient
  readonly workspace: Workspace
  readonly domain: string
  readonly closed: readonly string[]
  readonly receivedAt: string
  readonly newId: () => string
}

/** Extensions by host: as stored, changed by what the workspace knows better. */
async function findExtensions({
  client,
  workspace,
  domain,
  closed,
}: Closing): Promise<Map<string, Set<string>>> {
  const { rows } = await client.query<{ case_id: string; host: string }>(OPEN_EXTENSIONS, [domain, closed])
  const byHost = new Map<string, Set<string>>()
  const add = (host: string, extension: string): void => {
    byHost.set(host, (byHost.get(host) ?? new Set()).add(extension))
  }
  for (const { case_id, host } of rows) if (!workspace.set.cases.has(case_id)) add(host, case_id)
  for (const { after } of workspace.set.cases.values()) {
    if (after.closed || after.deleted) continue
    for (const index of after.indices)
      if (index.relationship === 'extension') add(index.referenced_id, after.case_id)
  }
  return byHost
}

/** @throws Held when a case of the chain is held by another transaction */
export async function closeExtensions(closing: Closing): Promise<void> {
  const { client, workspace, domain, closed, receivedAt } = closing
  const byHost = await findExtensions(closing)
  const chain = extensionChain(closed, (host) => [...(byHost.get(host) ?? [])].sort())
  if (chain.length === 0) return
  const [held] = await tryLocks(client, [{ domain, keys: chain.map(caseKey) }])
  if (held !== true) throw new Held()
  addStored(
    workspace,
    await readCases(
      client,
      chain.filter((caseId) => !workspace.cases.has(caseId)),
    ),
  )
  const formId = closing.newId()
  const xml = Buffer.from(closingForm(chain, { formId, at: receivedAt }))
  const parsed = parseSubmission({ xml, attachments: [] }, receivedAt)
  if (!parsed.ok) throw new Error('the system form that closes extensions could not be read')
  const member: Member & { form: typeof parsed.form } = {
    keys: [],
    bytes: 0,
    domain,
    form: parsed.form,
    unreadable: null,
    xml: await toStoredXml(xml),
    receivedAt,
    formId,
    request: {
      xml,
      attachments: [],
      appId: null,
      buildId: null,
      authContext: { user_id: 'system', authenticated: true, domain },
      openrosaHeaders: {},
      submitIp: null,
      lastSyncToken: null,
      dateHeader: null,
      submitTime: null,
      isApiSubmission: false,
    },
  }
  keepNewForm(workspace, member, { formId })
}
