import ExcelJS from 'exceljs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestEngine } from '#infra/harness/index.ts'
import type { TestEngine } from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { createLoader } from '#warehouse/index.ts'
import type { Loader } from '#warehouse/index.ts'
import { createApiScenario, createPeople } from './api-scenario.ts'
import type { ApiScenario, People } from './api-scenario.ts'
import { append, toCaseEvent, toFormEvent } from './documents.ts'

let engine: TestEngine
let scenario: ApiScenario
let people: People
let loader: Loader
let running: Promise<void>
beforeAll(async () => {
  engine = await startTestEngine()
  scenario = await createApiScenario({ warehouse: engine.client })
  people = await createPeople(scenario, 'demo')
  loader = createLoader({
    postgres: scenario.database.postgres,
    warehouse: engine.client,
    log: createLog({ name: 'loader', level: 'silent' }),
    now: () => new Date(),
  })
  running = loader.run()
  const { postgres } = scenario.database
  const forms = Array.from({ length: 45 }, (_, index) =>
    toFormEvent('demo', `g${index}`, {
      xmlns: 'http://example.org/other',
      case_ids: [],
      received_at: `2024-04-01T00:00:${String(index).padStart(2, '0')}.000000Z`,
    }),
  )
  const child = toCaseEvent('demo', 'c2', 'f1', {
    type: 'child',
    name: 'Ben',
    indices: [
      { identifier: 'parent', referenced_id: 'c1', referenced_type: 'patient', relationship: 'child' },
    ],
  })
  await append(
    postgres,
    [toFormEvent('demo', 'f1'), toFormEvent('demo', 'archived', { state: 2 }), ...forms],
    [toCaseEvent('demo', 'c1', 'f1'), child],
  )
})
afterAll(async () => {
  await loader.close()
  await running
  await scenario.close()
  await engine.drop()
})

const get = async (path: string) =>
  scenario.ask({ url: `/a/demo/api/${path}`, ...people.credentials.readerKey })
const idsOf = (body: Record<string, unknown>) => (body.objects as { id: string }[]).map(({ id }) => id)

describe('form (reference §10.3)', () => {
  it('shows the form of example A.1', async () => {
    const { status, body } = await get('v0.5/form/f1/')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: 'f1',
      domain: 'demo',
      type: 'data',
      version: '4',
      uiversion: '1',
      received_on: '2024-03-01T08:00:05.123456Z',
      edited_on: null,
      archived: false,
      app_id: 'APP1',
      is_phone_submission: true,
      initial_processing_complete: true,
      resource_uri: '/a/demo/api/v0.5/form/f1/',
      metadata: { userID: 'u1', username: 'joe', timeEnd: '2024-03-01T08:00:00.000000Z' },
      form: { '#type': 'data', q: 'yes', case: { '@case_id': 'c1' } },
    })
    expect(body.attachments).toMatchObject({
      'a b.jpg': {
        content_type: 'image/jpeg',
        length: 3,
        url: expect.stringMatching(/\/a\/demo\/api\/form\/attachment\/f1\/a%20b\.jpg$/),
      },
    })
    expect(body.indexed_on).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  })

  it('answers under all its names, with and without a slash', async () => {
    for (const path of ['v0.5/form/f1', 'v0.4/form/f1/', 'form/v1/f1/', 'form/v1/f1']) {
      expect([path, (await get(path)).body.id]).toEqual([path, 'f1'])
    }
    expect((await get('v0.5/form/nope/')).status).toBe(404)
  })

  it('pages through a list, newest first, each form once', async () => {
    const seen: string[] = []
    let next: string | null = '?xmlns=http%3A%2F%2Fexample.org%2Fother&limit=20'
    const first = await get(`v0.5/form/${next}`)
    expect(first.body.meta).toEqual({
      limit: 20,
      next: '?limit=20&offset=20&xmlns=http%3A%2F%2Fexample.org%2Fother',
      offset: 0,
      previous: null,
      total_count: 45,
    })
    while (next !== null) {
      const { body } = await get(`v0.5/form/${next}`)
      seen.push(...idsOf(body))
      next = (body.meta as { next: string | null }).next
    }
    expect(seen).toEqual(Array.from({ length: 45 }, (_, index) => `g${44 - index}`))
  })

  it('filters and orders as documented', async () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['case_id=c1', ['f1']],
      ['case_id=c1&include_archived=true&order_by=received_on', ['archived', 'f1']],
      ['received_on_start=2024-03-01&received_on_end=2024-03-01', ['f1']],
      ['received_on_end=2024-03-01T08:00:05.123456Z', ['f1']],
      ['received_on_end=2024-03-01T08:00:05.123455Z', []],
      ['received_on_start=2024-04-01T05:45:44%2B05:45', ['g44']],
      ['app_id=nope', []],
    ]
    for (const [query, ids] of cases) {
      expect([query, idsOf((await get(`v0.5/form/?${query}`)).body)]).toEqual([query, ids])
    }
    expect(((await get('v0.5/form/?limit=0')).body.meta as { limit: number }).limit).toBe(1_000)
  })

  it('refuses filters that it cannot read', async () => {
    for (const query of [
      'limit=-1',
      'limit=x',
      'offset=x',
      'received_on_start=yesterday',
      'received_on_end=2024-02-31',
      'order_by=name',
      'include_archived=maybe',
    ]) {
      const { status, body } = await get(`v0.5/form/?${query}`)
      expect([query, status, typeof body.error]).toEqual([query, 400, 'string'])
    }
  })

  it('brings its cases when asked', async () => {
    const { body } = await get('v0.5/form/f1/?cases__full=true')
    expect(body.cases).toMatchObject({ c1: { case_id: 'c1', xform_ids: ['f1'] } })
  })
})

describe('case (reference §10.4)', () => {
  it('shows the case of example A.1', async () => {
    const { body } = await get('v0.5/case/c1/')
    expect(body).toMatchObject({
      id: 'c1',
      case_id: 'c1',
      domain: 'demo',
      user_id: 'u1',
      date_modified: '2024-03-01T08:00:00.000000Z',
      server_date_modified: '2024-03-01T08:00:05.123456Z',
      closed: false,
      date_closed: null,
      opened_by: 'u1',
      xform_ids: ['f1'],
      indices: {},
      properties: {
        case_type: 'patient',
        case_name: 'Ann',
        owner_id: 'u1',
        external_id: null,
        date_opened: '2024-03-01T08:00:00.000000Z',
        age: '31',
      },
    })
  })

  it('filters, and brings what hangs on it', async () => {
    expect(idsOf((await get('v0.5/case/?type=child')).body)).toEqual(['c2'])
    expect(idsOf((await get('v0.5/case/?properties%2Fcase_type=patient&closed=false')).body)).toEqual(['c1'])
    expect(idsOf((await get('v0.5/case/?closed=true')).body)).toEqual([])
    expect(idsOf((await get('case/v1/?order_by=-date_modified')).body)).toEqual(['c2', 'c1'])
    const child = await get('v0.5/case/c2/?parent_cases__full=true&xforms_by_name__full=true')
    expect(child.body).toMatchObject({
      indices: { parent: { case_id: 'c1', case_type: 'patient', relationship: 'child' } },
      parent_cases: { parent: { case_id: 'c1' } },
      xforms_by_name: { Register: [{ id: 'f1' }] },
    })
    expect((await get('v0.5/case/c1/?child_cases__full=true')).body).toMatchObject({
      child_cases: { c2: { case_id: 'c2' } },
    })
  })
})

describe('reports', () => {
  it('hold a form as soon as it is committed, and say as of when', async () => {
    const now = new Date().toISOString().replace('Z', '000Z')
    await append(
      scenario.database.postgres,
      [toFormEvent('demo', 'fresh', { user_id: people.workerId, received_at: now, server_modified_at: now })],
      [],
    )
    const { status, body } = await get('v1/reports/worker_activity')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      timezone: 'Asia/Kathmandu',
      view_by: 'users',
      footer: { forms_submitted: 1, workers: 1 },
    })
    expect(body.as_of).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect((await get('v1/reports/worker_activity/charts')).status).toBe(200)
    const history = await get(
      'v1/reports/submit_history?emw=t__0&emw=t__3&startdate=2024-03-01&enddate=2024-03-31',
    )
    expect((history.body.rows as { form_id: string }[]).map((row) => row.form_id)).toEqual(['f1'])
    const cases = await get('v1/reports/case_list?owner=all_data&search=ann')
    expect(cases.body.rows).toMatchObject([{ case_id: 'c1' }])
    expect((await get('v1/filters')).body).toMatchObject({
      case_types: ['child', 'patient'],
      workers: [{ user_id: people.workerId }],
    })
    expect((await get('v1/reports/submit_history?limit=0')).status).toBe(400)
  })

  it('come as files that a spreadsheet reads', async () => {
    const csv = await get('v1/reports/worker_activity/export?format=csv')
    expect(csv.raw.headers['content-disposition']).toMatch(
      /^attachment; filename="worker-activity-demo-.*\.csv"$/,
    )
    expect(csv.raw.body).toContain('Total')
    const xlsx = await get('v1/reports/worker_activity/export?format=xlsx')
    const workbook = new ExcelJS.Workbook()
    await workbook.xlsx.load(xlsx.raw.rawPayload as unknown as ArrayBuffer)
    expect(workbook.getWorksheet('Worker Activity')?.getCell('B2').value).toBe('asha-demo')
  })
})

describe('a form sent to the receiver', () => {
  it('is in the list asked for next, with its case', async () => {
    const xml = `<data xmlns="http://openrosa.org/formdesigner/ABC" name="Visit" version="4" uiVersion="1">
      <n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="c9" user_id="u1" date_modified="2024-03-01T10:00:00.000+02:00">
        <n0:create><n0:case_type>patient</n0:case_type><n0:case_name>Zoe</n0:case_name><n0:owner_id>u1</n0:owner_id></n0:create>
        <n0:update><n0:age>31</n0:age></n0:update></n0:case>
      <q>yes</q>
      <meta xmlns="http://openrosa.org/jr/xforms"><deviceID>d</deviceID><timeEnd>2024-03-01T10:00:00.000+02:00</timeEnd>
        <username>joe</username><userID>u1</userID><instanceID>sent-1</instanceID></meta></data>`
    const sent = await scenario.api.inject({
      method: 'POST',
      url: '/a/demo/receiver/secure/APP1/',
      payload: xml,
      headers: { 'content-type': 'text/xml', authorization: people.credentials.worker.as },
    })
    expect(sent.statusCode).toBe(201)
    const found = await get('v0.5/form/?case_id=c9&cases__full=true')
    expect(found.body.objects).toMatchObject([
      {
        id: 'sent-1',
        app_id: 'APP1',
        metadata: { timeEnd: '2024-03-01T08:00:00.000000Z' },
        cases: { c9: { properties: { case_name: 'Zoe', age: '31' }, xform_ids: ['sent-1'] } },
      },
    ])
    const audit = await scenario.ask({
      method: 'POST',
      url: '/api/admin/audit',
      body: { domain: 'demo' },
      ...people.credentials.operator,
    })
    expect(audit.status).toBe(200)
    // What the other tests put into the stream alone was never received.
    expect((audit.body.differences as { id: string }[]).map(({ id }) => id)).not.toContain('sent-1')
  }, 30_000)
})

describe('health and stream', () => {
  it('is healthy once all serves', async () => {
    const { status, body } = await scenario.ask({ url: '/health' })
    expect([status, body.status, body.missing]).toEqual([200, 'ok', []])
  })

  it('sends a tick when a form has become visible', async () => {
    const origin = await scenario.api.listen({ port: 0, host: '127.0.0.1' })
    const url = `${origin}/a/demo/api/v1/stream`
    const response = await fetch(url, { headers: { authorization: people.credentials.reader.as } })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const readUntil = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += (await reader?.read())?.value ?? ''
    }
    await readUntil(/"forms":0/)
    await append(scenario.database.postgres, [toFormEvent('other', 'x1')], [])
    await append(scenario.database.postgres, [toFormEvent('demo', 'ticked')], [])
    await readUntil(/"forms":[1-9]/)
    expect(text).toMatch(/event: tick\ndata: \{"as_of":".*","forms":1,"cases":0\}/)
    await reader?.cancel()
  })
})
