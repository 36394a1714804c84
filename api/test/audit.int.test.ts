import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestEngine, type TestEngine } from '#infra/harness/index.ts'
import { createLog, createWarehouseClient, type WarehouseClient } from '#infra/platform/index.ts'
import { createLoader, type Loader } from '#warehouse/index.ts'
import { createApiScenario, createPeople, type ApiScenario, type People } from './api-scenario.ts'

let engine: TestEngine
let reader: WarehouseClient
let scenario: ApiScenario
let people: People
let loader: Loader
let running: Promise<void>

beforeAll(async () => {
  engine = await startTestEngine()
  reader = createWarehouseClient({ url: engine.url, ...engine.reader, database: engine.database })
  scenario = await createApiScenario({ warehouse: reader })
  people = await createPeople(scenario, 'demo')
  const log = createLog({ name: 'test', level: 'silent' })
  const { postgres } = scenario.database
  loader = createLoader({ postgres, warehouse: engine.client, log, now: () => new Date() })
  running = loader.run()
})
afterAll(async () => {
  await loader.close()
  await running
  await scenario.close()
  await reader.close()
  await engine.drop()
})

async function send(formId: string, caseId: string): Promise<void> {
  const sent = await scenario.api.inject({
    method: 'POST',
    url: '/a/demo/receiver/secure/APP1/',
    headers: { 'content-type': 'text/xml', authorization: people.credentials.worker.as },
    payload: `<data xmlns="http://example.org/x"><c:case xmlns:c="http://commcarehq.org/case/transaction/v2" case_id="${caseId}"
        user_id="u1" date_modified="2024-03-01T08:00:00Z"><c:create><c:case_type>t</c:case_type><c:case_name>Ann</c:case_name>
        <c:owner_id>u1</c:owner_id></c:create></c:case>
      <m:meta xmlns:m="http://openrosa.org/jr/xforms"><m:userID>u1</m:userID><m:instanceID>${formId}</m:instanceID></m:meta></data>`,
  })
  expect(sent.statusCode).toBe(201)
}

async function audit(repair: boolean) {
  const { status, body } = await scenario.ask({
    method: 'POST',
    url: '/api/admin/audit',
    body: { domain: 'demo', repair },
    ...people.credentials.operator,
  })
  expect(status).toBe(200)
  return body as { differences: { what: string; id: string; kind: string }[]; remaining?: number }
}

const spoil = (query: string) => engine.client.command({ query })

describe('audit with repair, asked by the API that may only read', () => {
  it('removes what is too much, and sends again what the outbox no longer holds', async () => {
    for (const n of [1, 2, 3]) await send(`f${n}`, `c${n}`)
    await expect.poll(async () => (await audit(false)).differences, { timeout: 20_000 }).toEqual([])

    await spoil(`delete from forms where form_id = 'f1'`)
    await spoil(`delete from cases where case_id = 'c1'`)
    await spoil(`delete from case_changes where case_id = 'c2'`)
    await spoil(`delete from case_facts where case_id = 'c3'`)
    await spoil(`insert into entry_cases_demo (domain, case_id, version, server_modified_at, server_at, changed_at)
      values ('demo', 'ghost', 1, '2024-03-10 05:00:00', '2024-03-10 05:00:00', '2024-03-10 05:00:00')`)
    await scenario.database.postgres.pool.query('delete from feed.outbox')

    const found = await audit(true)
    expect(found.differences.map(({ what, id, kind }) => `${what} ${id} ${kind}`).sort()).toEqual([
      'case_changes c2 missing',
      'case_facts c3 missing',
      'cases c1 missing',
      'cases ghost extra',
      'forms f1 missing',
    ])
    expect(found).toMatchObject({ repaired: 5, unrepaired: 0, remaining: 0 })
    expect((await audit(false)).differences).toEqual([])
  }, 60_000)
})
