/** The verifier against real stores: nothing where nothing is wrong, and what is done to them behind everybody's back is named. */
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  createTestDatabase,
  startTestEngine,
  type TestDatabase,
  type TestEngine,
} from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { createIngest } from '#ingest/index.ts'
import { createLoader, type Loader } from '#warehouse/index.ts'
import { toFormXml } from '../clients/form-xml.ts'
import type { CaseChange, ClientRecord, FormRecord } from '../clients/record.ts'
import { hangSums } from '../verify/read-warehouse.ts'
import { verifyStores } from '../verify/verify.ts'

const DOMAIN = 'kill-1'
const log = createLog({ name: 'test', level: 'silent' })
let database: TestDatabase
let engine: TestEngine
let loader: Loader
let record: ClientRecord

/** Two cases of ten forms each, the last of which is archived. */
beforeAll(async () => {
  database = await createTestDatabase()
  engine = await startTestEngine()
  const { postgres } = database
  await hangSums(engine.client, [DOMAIN])
  const newId = (): string => randomUUID()
  const ingest = createIngest({
    postgres,
    log,
    now: () => new Date(),
    newId,
    closesExtensions: async () => false,
  })
  const forms: FormRecord[] = []
  for (let number = 1; number <= 20; number += 1) {
    const caseId = `case-${number % 2}`
    const values = { step: String(number), amount: String(number * 10) }
    const changes: readonly CaseChange[] = [{ caseId, isCreate: number <= 2, isClose: false, values }]
    const formId = `form-${number}`
    const at = new Date().toISOString()
    const xml = toFormXml({ formId, xmlns: 'x', userId: 'u1', username: 'u', at, changes, wording: 0 })
    await ingest.submit(DOMAIN, {
      xml: Buffer.from(xml),
      attachments: [],
      appId: null,
      buildId: null,
      authContext: { user_id: 'u1', authenticated: true, domain: DOMAIN },
      openrosaHeaders: {},
      submitIp: null,
      lastSyncToken: null,
      dateHeader: null,
      submitTime: null,
      isApiSubmission: false,
    })
    const md5 = createHash('md5').update(xml).digest('hex')
    const versions = [{ md5, changes }]
    const isArchived = number === 20
    forms.push({
      domain: DOMAIN,
      clientId: 'w',
      formId,
      number,
      versions,
      attempts: 1,
      acknowledged: 1,
      isArchived,
    })
  }
  await ingest.archive(DOMAIN, 'form-20', null)
  await ingest.drain()
  record = { clientId: 'w', domain: DOMAIN, forms, unanswered: [], complaints: [], answers: {} }
  loader = createLoader({ postgres, warehouse: engine.client, log, now: () => new Date() })
  await load()
}, 60_000)
afterAll(async () => {
  await loader?.close()
  await engine?.drop()
  await database?.drop()
})

async function load(): Promise<void> {
  for (;;) {
    const step = await loader.step()
    if (step.deliveredEvents === 0 && !step.isFenced) return
  }
}

async function findings(): Promise<readonly string[]> {
  const found = await verifyStores({
    records: [record],
    domains: [DOMAIN],
    postgres: database.postgres,
    warehouse: engine.client,
  })
  return [...new Set(found.map(({ kind, place, id }) => `${kind} ${place} ${id.split(' ')[0]}`))].sort()
}

const command = (query: string): Promise<unknown> => engine.client.command({ query })

it('finds nothing where nothing is wrong', async () => {
  expect(await findings()).toEqual([])
})

it('names a form that Postgres has lost, and what no longer adds up because of it', async () => {
  await database.postgres.transaction(async (client) => {
    await client.query('create table public.aside as select * from ingest.forms where form_id = $1', [
      'form-7',
    ])
    await client.query('delete from ingest.forms where form_id = $1', ['form-7'])
  })
  expect(await findings()).toEqual([
    'lost postgres form-7',
    'sum warehouse formEvents',
    'sum warehouse forms',
  ])
  await database.postgres.pool.query('insert into ingest.forms select * from public.aside')
  expect(await findings()).toEqual([])
})

it('names two transactions in the wrong order', async () => {
  const swap = `update ingest.case_transactions t set seq = o.seq from ingest.case_transactions o
    where t.rebuild = 0 and o.rebuild = 0 and (t.form_id, o.form_id) in (('form-3', 'form-5'), ('form-5', 'form-3'))`
  await database.postgres.pool.query(swap)
  expect(await findings()).toEqual(['order postgres case-1'])
  await database.postgres.pool.query(swap)
  expect(await findings()).toEqual([])
})

it('names a block that was inserted twice, though final would hide it', async () => {
  await command(`insert into entry_cases_kill_1 select domain, case_id, version, case_type, '', owner_after, '', null, '',
      changed_at, '', false, null, '', false, server_at, after, cause, form_id, transaction_type, user_id, owner_before, changed_at,
      server_at, before from case_changes where case_id = 'case-1' and version = 2`)
  expect(await findings()).toEqual(['double warehouse case-1', 'sum warehouse caseEvents'])
})

it('names a change that the warehouse has lost', async () => {
  await command("delete from case_changes where case_id = 'case-0' and version = 4")
  await command("delete from forms where form_id = 'form-9'")
  expect(await findings()).toEqual([
    'double warehouse case-1',
    'lost warehouse case-0',
    'sum warehouse caseEvents',
    'sum warehouse forms',
  ])
})
