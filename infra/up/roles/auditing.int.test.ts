import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiScenario, createPeople, type ApiScenario, type People } from '#api/test/api-scenario.ts'
import { startTestEngine, type TestEngine } from '#infra/harness/index.ts'
import {
  createLog,
  createMetrics,
  createWarehouseClient,
  type WarehouseClient,
} from '#infra/platform/index.ts'
import { createLoader, listAuditFindings, listAuditRuns, type Loader } from '#warehouse/index.ts'
import { startAuditing } from './auditing.ts'

const log = createLog({ name: 'test', level: 'silent' })
const metrics = createMetrics({ role: 'test' })
/** What is injected has to be mended within a minute, with nobody asking for it. */
const A_MINUTE = { timeout: 60_000, interval: 250 }
const DOMAIN = 'drifting'

let engine: TestEngine
let reader: WarehouseClient
let scenario: ApiScenario
let people: People
let loader: Loader
let running: Promise<void>
let stopAuditing: () => Promise<void>

beforeAll(async () => {
  engine = await startTestEngine()
  reader = createWarehouseClient({ url: engine.url, ...engine.reader, database: engine.database })
  scenario = await createApiScenario({ warehouse: reader })
  people = await createPeople(scenario, DOMAIN)
  const { postgres } = scenario.database
  loader = createLoader({ postgres, warehouse: engine.client, log, now: () => new Date() })
  running = loader.run()
  for (let n = 1; n <= 12; n += 1) await send(`f${n}`, `c${n}`, '2024-03-01', 'create')
  for (let n = 1; n <= 12; n += 1) await send(`g${n}`, `c${n}`, '2024-03-02', 'update')
  stopAuditing = startAuditing({ postgres, warehouse: reader, log, metrics })
}, 120_000)
afterAll(async () => {
  await stopAuditing()
  await loader.close()
  await running
  await scenario.close()
  await reader.close()
  await engine.drop()
})

const runs = () => listAuditRuns(scenario.database.postgres, 100)
const spoil = (query: string) =>
  engine.client.command({ query, clickhouse_settings: { mutations_sync: '2' } })

async function send(formId: string, caseId: string, day: string, action: 'create' | 'update'): Promise<void> {
  const inner =
    action === 'create'
      ? '<c:create><c:case_type>t</c:case_type><c:case_name>Ann</c:case_name><c:owner_id>u1</c:owner_id></c:create>'
      : '<c:update><c:age>31</c:age></c:update>'
  const sent = await scenario.api.inject({
    method: 'POST',
    url: `/a/${DOMAIN}/receiver/secure/APP1/`,
    headers: { 'content-type': 'text/xml', authorization: people.credentials.worker.as },
    payload: `<data xmlns="http://example.org/x"><age>31</age>
      <c:case xmlns:c="http://commcarehq.org/case/transaction/v2" case_id="${caseId}" user_id="u1"
        date_modified="${day}T08:00:00Z">${inner}</c:case>
      <m:meta xmlns:m="http://openrosa.org/jr/xforms"><m:userID>u1</m:userID><m:username>asha</m:username>
        <m:timeEnd>${day}T08:00:00Z</m:timeEnd><m:instanceID>${formId}</m:instanceID></m:meta></data>`,
  })
  expect(sent.statusCode).toBe(201)
}

const KEYS = {
  forms: 'form_id',
  cases: 'case_id',
  case_facts: 'case_id',
  case_changes: 'case_id',
  workers: 'user_id',
} as const

/** Every row that a report can see, but for when it was loaded. */
async function everything(): Promise<unknown> {
  const tables = await Promise.all(
    Object.entries(KEYS).map(async ([table, id]) => {
      const query = `select * except (${table === 'workers' ? 'created_at' : 'loaded_at'}) from ${table} final
        where ${table === 'forms' ? 'state != 64' : 'true'} order by ${id}, version`
      const rows = await (
        await engine.client.query({ query, format: 'JSONEachRow' })
      ).json<Record<string, unknown>>()
      return [table, rows.map(withDocuments)]
    }),
  )
  return Object.fromEntries(tables) as unknown
}

function withDocuments(row: Record<string, unknown>): Record<string, unknown> {
  const isDocument = ([name, value]: [string, unknown]) =>
    ['document', 'before', 'after'].includes(name) && typeof value === 'string' && value !== ''
  return Object.fromEntries(
    Object.entries(row).map((entry) =>
      isDocument(entry) ? [entry[0], JSON.parse(String(entry[1]))] : entry,
    ),
  )
}

async function mended(): Promise<string[]> {
  const found = await listAuditFindings(scenario.database.postgres, { domain: DOMAIN, limit: 500 })
  return found.map(({ part, documentId, kind, outcome }) => `${part} ${documentId} ${kind} ${outcome}`).sort()
}

/** By way of a table aside: beside the newer version, the engine may merge the older one away. */
const older = (table: string, id: string, name: string) => [
  `create table older_${table} engine = MergeTree order by tuple() as
    select * replace (version - 1 as version) from ${table} final where ${id} = '${name}'`,
  `delete from ${table} where ${id} = '${name}'`,
  `insert into ${table} select * from older_${table}`,
]

it('finds nothing where nothing is wrong, while forms arrive', async () => {
  const passes = async () =>
    (await runs()).filter((run) => run.scope === 'full' && run.outcome === 'done').length
  await expect.poll(passes, A_MINUTE).toBeGreaterThan(1)
  expect((await runs()).every((run) => run.found === 0)).toBe(true)
}, 90_000)

it('finds and mends every kind of drift in every table that a report reads, by itself', async () => {
  const before = await everything()
  expect(await mended()).toEqual([])
  const worker = people.workerId
  for (const statement of [
    // A row deleted.
    `delete from forms where form_id = 'f1'`,
    `delete from case_facts where case_id = 'c1'`,
    `delete from case_changes where case_id = 'c2' and version = 1`,
    // A row there twice: at the same place it would count once.
    `insert into forms select * replace (received_at - interval 3 day as received_at) from forms where form_id = 'f2'`,
    `insert into case_changes select * replace (changed_at - interval 3 day as changed_at) from case_changes where case_id = 'c3' and version = 2`,
    // A row of an older version.
    ...older('cases', 'case_id', 'c4'),
    ...older('case_facts', 'case_id', 'c5'),
    // Rows of nobody.
    `insert into forms (domain, form_id, version, state, received_at) values ('${DOMAIN}', 'ghost', 1, 1, '2024-03-10 05:00:00')`,
    `insert into cases (domain, case_id, version, server_modified_at) values ('${DOMAIN}', 'ghost', 1, '2024-03-10 05:00:00')`,
    `insert into case_facts (domain, case_id, version) values ('${DOMAIN}', 'phantom', 1)`,
    `insert into workers (domain, user_id, version) values ('${DOMAIN}', 'ghost', 1)`,
    // Another value, the same version.
    `alter table forms update username = 'other' where form_id = 'f3'`,
    `alter table forms update document = replaceAll(document, '31', '32') where form_id = 'f4'`,
    `alter table cases update document = replaceAll(document, '31', '32') where case_id = 'c6'`,
    `alter table case_facts update owner_id = 'other' where case_id = 'c7'`,
    `alter table case_changes update owner_after = 'other' where case_id = 'c8' and version = 1`,
    `alter table case_changes update transaction_type = 4 where case_id = 'c9' and version = 1`,
    `alter table workers update first_name = 'other' where user_id = '${worker}'`,
  ])
    await spoil(statement)
  expect(await everything()).not.toEqual(before)
  await expect.poll(everything, A_MINUTE).toEqual(before)
  await expect
    .poll(mended, A_MINUTE)
    .toEqual(
      [
        'forms f1 missing repaired',
        'forms f2 changed repaired',
        'forms f3 changed repaired',
        'forms f4 changed repaired',
        'forms ghost extra repaired',
        'case_facts c1 missing repaired',
        'case_changes c2 stale repaired',
        'case_changes c3 changed repaired',
        'cases c4 stale repaired',
        'case_facts c5 stale repaired',
        'cases c6 changed repaired',
        'case_facts c7 changed repaired',
        'case_changes c8 changed repaired',
        'case_changes c9 changed repaired',
        'cases ghost extra repaired',
        'case_facts phantom extra repaired',
        'workers ghost extra repaired',
        `workers ${worker} changed repaired`,
      ].sort(),
    )
}, 120_000)

it('mends a whole hour that was dropped', async () => {
  const before = await everything()
  await spoil(`delete from forms where domain = '${DOMAIN}'`)
  await spoil(`truncate table case_changes`)
  await expect.poll(everything, A_MINUTE).toEqual(before)
}, 90_000)

it('keeps record of what it did, and counts it', async () => {
  const all = await runs()
  expect(all.every((run) => run.outcome === 'done' && run.unrepaired === 0)).toBe(true)
  expect(all.find((run) => run.scope === 'full' && run.documents > 0)).toMatchObject({
    domains: 1,
    code: null,
  })
  const text = await metrics.text()
  expect(text).toMatch(/warehouse_audit_runs_total\{scope="full",outcome="done",role="test"\} [1-9]/)
  expect(text).toMatch(/warehouse_audit_differences_total\{kind="changed",role="test"\} [1-9]/)
  expect(text).not.toContain(DOMAIN)
})
