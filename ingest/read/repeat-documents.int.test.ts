import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { CaseEvent, FormEvent } from '../contract.ts'
import { createIngest, repeatDocuments, type Ingest } from '../index.ts'

let database: TestDatabase
let ingest: Ingest
beforeAll(async () => {
  database = await createTestDatabase()
  ingest = createIngest({
    postgres: database.postgres,
    log: createLog({ name: 'test', level: 'silent' }),
    now: () => new Date(),
    newId: () => randomUUID().replaceAll('-', ''),
    closesExtensions: async () => true,
  })
})
afterAll(async () => {
  await ingest.drain()
  await database.drop()
})

async function submit(formId: string, inner: string, day: string): Promise<void> {
  const block = `<c:case xmlns:c="http://commcarehq.org/case/transaction/v2" case_id="c1" user_id="u1" date_modified="${day}T08:00:00Z">${inner}</c:case>`
  const meta = `<m:meta xmlns:m="http://openrosa.org/jr/xforms"><m:userID>u1</m:userID><m:instanceID>${formId}</m:instanceID></m:meta>`
  await ingest.submit('demo', {
    xml: Buffer.from(`<data xmlns="http://example.org/x">${block}${meta}</data>`),
    attachments: [],
    appId: null,
    buildId: null,
    authContext: { user_id: null, authenticated: false, domain: 'demo' },
    openrosaHeaders: {},
    submitIp: '127.0.0.1',
    lastSyncToken: null,
    dateHeader: null,
    submitTime: null,
    isApiSubmission: false,
  })
}

async function takeEvents(topic: string): Promise<unknown[]> {
  const { rows } = await database.postgres.pool.query<{ payload: string }>(
    'select payload::text as payload from feed.outbox where topic = $1 order by xid, seq',
    [topic],
  )
  return rows.map((row) => JSON.parse(row.payload) as unknown)
}

it('sends every change of a case and the present form as they were sent at first', async () => {
  const create =
    '<c:create><c:case_type>t</c:case_type><c:case_name>Ann</c:case_name><c:owner_id>u1</c:owner_id></c:create>'
  await submit('f1', create, '2024-03-01')
  await submit('f2', '<c:update><c:age>31</c:age></c:update>', '2024-03-02')
  await submit('f2', '<c:update><c:age>32</c:age></c:update>', '2024-03-03')
  await ingest.archive('demo', 'f2', null)
  await ingest.unarchive('demo', 'f2', null)
  await submit('f3', '<c:close/>', '2024-03-05')
  const cases = (await takeEvents('case-events.v1')).map((event) => CaseEvent.parse(event))
  const forms = (await takeEvents('form-events.v1')).map((event) => FormEvent.parse(event))
  expect(cases.map((event) => event.version)).toEqual([1, 2, 3, 4, 5, 6])
  await database.postgres.pool.query('delete from feed.outbox')

  expect(
    await repeatDocuments(database.postgres, { domain: 'demo', what: 'cases', ids: ['c1', 'no'] }),
  ).toEqual(['c1'])
  expect(await repeatDocuments(database.postgres, { domain: 'other', what: 'cases', ids: ['c1'] })).toEqual(
    [],
  )
  expect(await repeatDocuments(database.postgres, { domain: 'demo', what: 'forms', ids: ['f2'] })).toEqual([
    'f2',
  ])
  const again = (await takeEvents('case-events.v1')).map((event) => CaseEvent.parse(event))
  // The edit gave the transaction of f2 its new blocks, so what the first bytes said is not told again.
  const fact = ({ before: _before, after: _after, changed_at: _at, ...rest }: CaseEvent) => rest
  expect(again.map(fact)).toEqual(cases.map(fact))
  expect(again.at(-1)?.after).toEqual(cases.at(-1)?.after)
  const newest = forms.filter((event) => event.form.form_id === 'f2').at(-1)
  expect((await takeEvents('form-events.v1')).map((event) => FormEvent.parse(event))).toEqual([newest])
})
