import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '#infra/platform/index.ts'
import { createIngest } from '#ingest/index.ts'
import type { Ingest, SubmissionRequest } from '#ingest/index.ts'
import { createApiScenario, createPeople } from './api-scenario.ts'
import type { ApiScenario, People } from './api-scenario.ts'

const CASE = 'http://commcarehq.org/case/transaction/v2'
const STOCK = `<balance xmlns="http://commcarehq.org/ledger/v1" entity-id="c1" date="2024-03-02" section-id="stock">
  <entry id="ors" quantity="7"/></balance>`

/** The form of the reference's example A.1, with other ids and blocks. */
function toXml(formId: string, name: string, blocks: string): Buffer {
  return Buffer.from(`<?xml version="1.0"?>
<data xmlns="http://openrosa.org/formdesigner/${name}" uiVersion="1" version="4" name="${name}">
  ${blocks}
  <q>yes</q>
  <n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>d</n1:deviceID>
    <n1:timeStart>2024-03-01T09:59:00.000+02:00</n1:timeStart><n1:timeEnd>2024-03-01T10:00:00.000+02:00</n1:timeEnd>
    <n1:username>joe</n1:username><n1:userID>u1</n1:userID><n1:instanceID>${formId}</n1:instanceID></n1:meta>
</data>`)
}

function toBlock(caseId: string, inner: string): string {
  return `<case xmlns="${CASE}" case_id="${caseId}" user_id="u1" date_modified="2024-03-01T10:00:00.000+02:00">${inner}</case>`
}

const create = (type: string, name: string) =>
  `<create><case_type>${type}</case_type><case_name>${name}</case_name><owner_id>u1</owner_id></create>`

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/

let scenario: ApiScenario
let people: People
let ingest: Ingest
async function submit(xml: Buffer, attachments: SubmissionRequest['attachments'] = []) {
  const result = await ingest.submit('demo', {
    xml,
    attachments,
    appId: 'APP1',
    buildId: null,
    authContext: { user_id: 'u1', authenticated: true, domain: 'demo' },
    openrosaHeaders: {},
    submitIp: '127.0.0.1',
    lastSyncToken: null,
    dateHeader: null,
    submitTime: null,
    isApiSubmission: false,
  })
  expect(result.kind).toBe('saved')
}

const REGISTER = toXml(
  'f1',
  'Register',
  toBlock('c1', `${create('patient', 'Ann')}<update><age>31</age></update>`),
)
beforeAll(async () => {
  scenario = await createApiScenario()
  people = await createPeople(scenario, 'demo')
  await createPeople(scenario, 'other')
  ingest = createIngest({
    postgres: scenario.database.postgres,
    log: createLog({ name: 'pages-test', level: 'silent' }),
    now: () => new Date(),
    newId: () => crypto.randomUUID().replaceAll('-', ''),
    closesExtensions: async () => false,
  })
  await submit(REGISTER)
  await submit(toXml('f2', 'Visit', `${toBlock('c1', '<update><age>32</age></update>')}${STOCK}`), [
    { name: 'a b.jpg', contentType: 'image/jpeg', content: Buffer.from('jpg') },
    { name: 'x.svg', contentType: 'image/svg+xml', content: Buffer.from('<svg onload="alert(1)"/>') },
  ])
  const index = '<index><parent case_type="patient">c1</parent></index>'
  await submit(toXml('f3', 'Child', toBlock('c2', `${create('child', 'Ben')}${index}`)))
})
afterAll(async () => {
  await ingest.drain()
  await scenario.close()
})

const get = async (path: string) =>
  scenario.ask({ url: `/a/demo/api/${path}`, ...people.credentials.readerKey })

describe('the page of a form', () => {
  it('shows its answers and what it did to cases, as soon as it was answered', async () => {
    const { status, body } = await get('v1/forms/f1')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      timezone: 'Asia/Kathmandu',
      form_id: 'f1',
      form_name: 'Register',
      state: 'normal',
      username: 'joe',
      answers: [{ path: '/data/q', label: 'Q', value: 'yes', children: [] }],
      cases: [{ case_id: 'c1', case_type: 'patient', case_name: 'Ann', actions: ['created'] }],
      versions: [],
    })
    const [touched] = body.cases as { changes: unknown[] }[]
    expect(touched?.changes).toContainEqual({ property: 'age', before: null, after: '31' })
    const later = (await get('v1/forms/f2')).body.cases as { changes: unknown[] }[]
    expect(later[0]?.changes).toEqual([{ property: 'age', before: '31', after: '32' }])
  })

  it('gives the XML byte by byte, in a sandbox', async () => {
    const { raw } = await get('v1/forms/f1/xml')
    expect(raw.rawPayload.equals(REGISTER)).toBe(true)
    expect(raw.headers['content-type']).toBe('text/xml; charset=utf-8')
    expect(raw.headers['content-security-policy']).toContain('sandbox')
  })

  it('is missing in the same words for a form of nobody and of another domain', async () => {
    const { admin } = people.credentials
    const nowhere = await scenario.ask({ url: '/a/demo/api/v1/forms/nope', ...admin })
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'API_FORM_MISSING'])
    const elsewhere = await scenario.ask({
      url: '/a/other/api/v1/forms/f1',
      ...people.credentials.operator,
    })
    expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'API_FORM_MISSING'])
  })
})

describe('attachments', () => {
  it('are shown when they are pictures, and downloaded when they could hold scripts', async () => {
    const picture = await get('form/attachment/f2/a%20b.jpg')
    expect(picture.raw.body).toBe('jpg')
    expect(picture.raw.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
    })
    expect(picture.raw.headers['content-disposition']).toMatch(/^inline;.*filename\*=UTF-8''a%20b\.jpg$/)
    const drawing = await get('form/attachment/f2/x.svg')
    expect(drawing.raw.headers['content-disposition']).toMatch(/^attachment;/)
    expect((await get('form/attachment/f1/x.svg')).body.code).toBe('API_ATTACHMENT_MISSING')
  })
})

it('says of every page when it was read, after all that it holds', async () => {
  const { received_on } = (await get('v1/forms/f3')).body
  for (const path of ['v1/forms/f3', 'v1/cases/c2', 'v1/cases/c2/history', 'v1/cases/c2/tree', 'v1/parked']) {
    const { as_of } = (await get(path)).body as { as_of: string }
    expect(as_of).toMatch(INSTANT)
    expect(as_of > String(received_on)).toBe(true)
  }
})

describe('the page of a case', () => {
  it('shows its properties, stock and relatives', async () => {
    expect((await get('v1/cases/c1')).body).toMatchObject({
      case_name: 'Ann',
      properties: [{ property: 'age', value: '32' }],
      ledgers: [{ section_id: 'stock', entry_id: 'ors', balance: 7 }],
    })
    expect((await get('v1/cases/c2/tree')).body).toEqual({
      as_of: expect.stringMatching(INSTANT),
      truncated: false,
      root: {
        case_id: 'c1',
        case_name: 'Ann',
        case_type: 'patient',
        closed: false,
        identifier: null,
        relationship: null,
        is_current: false,
        children: [
          {
            case_id: 'c2',
            case_name: 'Ben',
            case_type: 'child',
            closed: false,
            identifier: 'parent',
            relationship: 'child',
            is_current: true,
            children: [],
          },
        ],
      },
    })
    for (const path of ['v1/cases/nope', 'v1/cases/nope/history', 'v1/cases/nope/tree']) {
      expect((await get(path)).body.code).toBe('API_CASE_MISSING')
    }
  })

  it('shows its history newest first, and no more what an archived form did', async () => {
    const before = (await get('v1/cases/c1/history')).body.transactions
    expect(before).toMatchObject([
      {
        form_id: 'f2',
        form_name: 'Visit',
        actions: ['updated', 'stock changed'],
        revoked: false,
        changes: [{ property: 'age', before: '31', after: '32' }],
      },
      { form_id: 'f1', form_name: 'Register', actions: ['created'], revoked: false },
    ])

    const url = '/a/demo/api/v1/forms/f2'
    const archive = { method: 'POST', url: `${url}/archive`, body: {} } as const
    expect((await scenario.ask({ ...archive, ...people.credentials.readerKey })).status).toBe(403)
    const archived = await scenario.ask({ ...archive, ...people.credentials.adminKey })
    expect([archived.status, archived.body.state]).toEqual([200, 'archived'])
    expect((await get('v1/cases/c1')).body.properties).toEqual([{ property: 'age', value: '31' }])
    expect((await get('v1/cases/c1/history')).body.transactions).toMatchObject([
      { form_id: 'f2', revoked: true, changes: [] },
      { form_id: 'f1', revoked: false },
    ])

    const restored = await scenario.ask({
      method: 'POST',
      url: `${url}/unarchive`,
      body: {},
      ...people.credentials.adminKey,
    })
    expect([restored.status, restored.body.state]).toEqual([200, 'normal'])
    expect((await get('v1/cases/c1')).body.properties).toEqual([{ property: 'age', value: '32' }])
  })
})
