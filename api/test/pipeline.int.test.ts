import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pipeline, ReplayedEvents } from '../contract.ts'
import { createApiScenario, createPeople, type ApiScenario, type People } from './api-scenario.ts'

let scenario: ApiScenario
let people: People
let others: People
beforeAll(async () => {
  // No engine listens: what Postgres knows has to be shown all the same.
  scenario = await createApiScenario()
  people = await createPeople(scenario, 'demo')
  others = await createPeople(scenario, 'other')
  await scenario.database.postgres.pool.query(
    `insert into feed.consumers (name, topics) values ('warehouse-loader', '{form-events.v1,user-events.v1}')`,
  )
})
afterAll(() => scenario.close())

async function park(domain: string, key: string, code: string): Promise<string> {
  const { rows } = await scenario.database.postgres.pool.query<{ parked_id: string }>(
    `insert into feed.parked (consumer, topic, domain, event_key, xid, seq, payload, code, reason)
     values ('warehouse-loader', 'form-events.v1', $1, $2, '7', (random() * 1e9)::bigint, '{}', $3, 'a reason')
     returning parked_id::text as parked_id`,
    [domain, key, code],
  )
  return rows[0]?.parked_id ?? ''
}

async function inOutbox(key: string): Promise<number> {
  const { rows } = await scenario.database.postgres.pool.query<{ n: number }>(
    'select count(*)::int as n from feed.outbox where event_key = $1',
    [key],
  )
  return rows[0]?.n ?? 0
}

const replay = (as: object, body: object, domain = 'demo') =>
  scenario.ask({ method: 'POST', url: `/a/${domain}/api/v1/parked/replay`, body, ...as })

describe('the data pipeline', () => {
  it('shows a reader of one project space its own findings and no numbers of all', async () => {
    await scenario.database.postgres.pool.query(
      `with run as (insert into warehouse.audit_runs (scope, started_at, outcome, documents, found)
         values ('full', now(), 'done', 99, 2) returning run_id)
       insert into warehouse.audit_findings (run_id, domain, part, document_id, kind, outcome)
       select run_id, d, 'forms', 'form-of-' || d, 'missing', 'repaired' from run, unnest(array['demo', 'other']) as d`,
    )
    const { status, body } = await scenario.ask({
      url: '/a/demo/api/v1/pipeline',
      ...people.credentials.reader,
    })
    expect(status).toBe(200)
    const seen = Pipeline.parse(body)
    expect(seen.platform).toBeNull()
    expect(seen.forms_per_minute).toBeNull()
    expect(seen.audit.findings.map((one) => one.document_id)).toEqual(['form-of-demo'])
    expect(seen.audit.last_full_at).not.toBeNull()
    expect(seen.consumers).toMatchObject([{ name: 'warehouse-loader', waiting_events: null }])
    expect(JSON.stringify(body)).not.toContain('documents')
  })

  it('shows the operator all of it', async () => {
    const { body } = await scenario.ask({ url: '/a/demo/api/v1/pipeline', ...people.credentials.operator })
    const seen = Pipeline.parse(body)
    expect(seen.platform).toMatchObject({ audit_runs: [{ documents: 99 }], archive: { archived_forms: 0 } })
    expect(seen.audit.findings).toHaveLength(2)
    expect(seen.consumers[0]?.waiting_events).toBeGreaterThan(0)
    const history = await scenario.ask({ url: '/api/admin/audit', ...people.credentials.operator })
    expect(history.body).toMatchObject({ runs: [{ found: 2 }], findings: [{}, {}] })
  })
})

describe('parked events', () => {
  it('are sent again one by one or by their code, only those of the own project space', async () => {
    const [one] = [await park('demo', 'one', 'A_CODE'), await park('demo', 'two', 'A_CODE')]
    await park('demo', 'three', 'B_CODE')
    const foreign = await park('other', 'foreign', 'A_CODE')

    const { status, body } = await replay(people.credentials.admin, { parked_id: one })
    expect(status).toBe(200)
    expect(ReplayedEvents.parse(body)).toMatchObject({ replayed_events: 1, has_more: false })
    expect(await inOutbox('one')).toBe(1)
    expect((await replay(people.credentials.admin, { parked_id: one })).body).toMatchObject({
      code: 'API_PARKED_GONE',
    })
    expect((await replay(people.credentials.admin, { code: 'A_CODE' })).body).toMatchObject({
      replayed_events: 1,
    })
    expect((await replay(people.credentials.admin, { parked_id: foreign })).status).toBe(404)
    expect([await inOutbox('two'), await inOutbox('three'), await inOutbox('foreign')]).toEqual([1, 0, 0])
    expect((await replay(others.credentials.admin, { code: 'A_CODE' }, 'other')).body).toMatchObject({
      replayed_events: 1,
    })
  })

  it('are sent again by those who may edit, and named one way', async () => {
    await park('demo', 'four', 'C_CODE')
    expect((await replay(people.credentials.reader, { code: 'C_CODE' })).status).toBe(403)
    expect((await replay(others.credentials.admin, { code: 'C_CODE' })).status).toBe(403)
    expect((await replay(people.credentials.admin, {})).body).toMatchObject({ code: 'API_REQUEST_INVALID' })
    expect((await replay(people.credentials.admin, { code: 'C_CODE', parked_id: '1' })).status).toBe(400)
    expect(await inOutbox('four')).toBe(0)
  })
})
