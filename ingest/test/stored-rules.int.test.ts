import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '#infra/harness/index.ts'
import type { Ingest, IngestReads, SubmissionRequest } from '../index.ts'
import { DOMAIN } from './said-forms.ts'
import { caseBlock, create, createIngestScenario, form, request, update } from './scenario.ts'
import type { IngestScenario } from './scenario.ts'

let scenario: IngestScenario
let database: TestDatabase
let ingest: Ingest
let reads: IngestReads
let submits: IngestScenario['submits']
let stateOf: IngestScenario['stateOf']

beforeAll(async () => {
  scenario = await createIngestScenario()
  ;({ database, ingest, reads, submits, stateOf } = scenario)
})
afterAll(async () => scenario.close())

const many = (n: number, tag: string): string =>
  Array.from({ length: n }, (_, i) => caseBlock(`${tag}${i}`, create('p', 'x'))).join('')

describe('rules that need what is stored', () => {
  it('a demo form may not move stock of another, nor edit the form of another', async () => {
    await submits({ formId: 'h14a', cases: caseBlock('h14', create('p', 'x')) })
    const demo = (formId: string, cases: string) =>
      form({ formId, cases }).replace('<n1:userID>u1<', '<n1:userID>demo_user<')
    const accept: NonNullable<SubmissionRequest['accept']> = ({ userId, caseOwners }) =>
      userId === 'demo_user' && caseOwners.every((o) => o === 'demo_user')
    const stock = demo(
      'h14b',
      '<balance xmlns="http://commcarehq.org/ledger/v1" entity-id="h14" date="2024-03-01" section-id="stock"><entry id="p1" quantity="9"/></balance>',
    )
    expect((await ingest.submit(DOMAIN, { ...request(stock), accept })).kind).toBe('refused')
    expect((await ingest.submit(DOMAIN, { ...request(demo('h14a', '')), accept })).kind).toBe('refused')
    expect((await stateOf('h14'))?.deleted).toBe(false)
    const own = demo('h14c', caseBlock('h14own', create('p', 'x')).replaceAll('u1', 'demo_user'))
    expect((await ingest.submit(DOMAIN, { ...request(own), accept })).kind).toBe('saved')
    const again = demo('h14c', caseBlock('h14own', create('p', 'y')).replaceAll('u1', 'demo_user'))
    expect((await ingest.submit(DOMAIN, { ...request(again), accept })).kind).toBe('edited')
  })
  it('a form with 20,000 cases is kept and its neighbours too', async () => {
    const results = await Promise.allSettled([
      submits({ formId: 'h1n', cases: caseBlock('h1n', create('p', 'x')) }),
      submits({ formId: 'h1', cases: many(20_000, 'h1c') }),
      submits({ formId: 'h1m', cases: caseBlock('h1m', create('p', 'x')) }),
    ])
    expect(results.map((r) => (r.status === 'fulfilled' ? r.value.kind : String(r.reason)))).toEqual([
      'saved',
      'saved',
      'saved',
    ])
  })
  it('one id from two domains in one batch goes to one of them', async () => {
    const slow = Promise.all([
      submits({ formId: 'h2first', cases: '' }),
      submits({ formId: 'h2sec', cases: '' }),
    ])
    const both = await Promise.all([
      submits({ formId: 'h2', cases: caseBlock('h2c', create('p', 'x')) }, 'demo'),
      submits({ formId: 'h2', cases: caseBlock('h2c', create('p', 'x')) }, 'other'),
    ])
    await slow
    const { rows } = await database.postgres.pool.query(
      "select domain from ingest.forms where form_id = 'h2'",
    )
    const cases = await database.postgres.pool.query("select domain from ingest.cases where case_id = 'h2c'")
    expect([rows.length, cases.rows.length, both.map((b) => b.kind).sort()]).toEqual([
      1,
      1,
      ['case-error', 'saved'],
    ])
  })
  it('a case deleted by archiving comes back as replay says', async () => {
    await submits({ formId: 'h3a', cases: caseBlock('h3', create('p', 'x') + update('old', '1')) })
    await ingest.archive(DOMAIN, 'h3a', 'admin')
    await submits({ formId: 'h3b', cases: caseBlock('h3', update('new', '2'), '2024-03-05T10:00:00Z') })
    const live = await stateOf('h3')
    await submits({ formId: 'h3c', cases: caseBlock('h3', update('x', '2'), '2024-03-06T10:00:00Z') })
    await ingest.archive(DOMAIN, 'h3c', 'admin')
    const rebuilt = await stateOf('h3')
    expect({ ...live, server_modified_at: 0 }).toEqual({ ...rebuilt, server_modified_at: 0 })
  })
  it('an edit of one of two forms received in the same instant keeps the order', async () => {
    await Promise.all(
      ['1', '2', '3'].map((v) => submits({ formId: `h4-${v}`, cases: caseBlock('h4', update('v', v)) })),
    )
    const before = (await stateOf('h4'))?.properties['v']
    await submits({
      formId: `h4-${before === '1' ? '2' : '1'}`,
      cases: caseBlock('h4', update('v', 'edited')),
    })
    expect((await stateOf('h4'))?.properties['v']).toBe(before)
  })
  it('the same error form sent again without its photo keeps the photo', async () => {
    const bad = form({
      formId: 'h5',
      cases: caseBlock(
        'h5',
        create('p', 'x') + '<n0:index><n0:parent case_type="p">h5missing</n0:parent></n0:index>',
      ),
    })
    await ingest.submit(DOMAIN, {
      ...request(bad),
      attachments: [{ name: 'a.jpg', contentType: 'image/jpeg', content: Buffer.from('jpg') }],
    })
    await submits({ formId: 'h5p', cases: caseBlock('h5missing', create('p', 'x')) })
    expect((await ingest.submit(DOMAIN, request(bad))).kind).toBe('saved')
    const { rows } = await database.postgres.pool.query(
      "select name from ingest.form_attachments where form_id = 'h5'",
    )
    expect(rows).toEqual([{ name: 'a.jpg' }])
  })
  it('an edit takes over what belongs to the new version', async () => {
    await submits({ formId: 'h6', cases: caseBlock('h6', create('p', 'x')) })
    await ingest.submit(DOMAIN, {
      ...request(form({ formId: 'h6', cases: caseBlock('h6', create('p', 'y')) })),
      appId: 'APP2',
      lastSyncToken: 's2',
      submitIp: '10.0.0.9',
      isApiSubmission: true,
    })
    const { rows } = await database.postgres.pool.query(
      "select app_id, last_sync_token, submit_ip, is_api_submission from ingest.forms where form_id = 'h6'",
    )
    expect(rows).toEqual([
      { app_id: 'APP2', last_sync_token: 's2', submit_ip: '10.0.0.9', is_api_submission: true },
    ])
  })
  it('an edit that closes a host closes its extensions', async () => {
    await submits({ formId: 'h7a', cases: caseBlock('h7h', create('p', 'x')) })
    await submits({
      formId: 'h7b',
      cases: caseBlock(
        'h7e',
        create('p', 'x') +
          '<n0:index><n0:host case_type="p" relationship="extension">h7h</n0:host></n0:index>',
      ),
    })
    await submits({ formId: 'h7a', cases: caseBlock('h7h', create('p', 'x') + '<n0:close/>') })
    expect((await stateOf('h7e'))?.closed).toBe(true)
  })
  it('a demo form may not touch the case of another owner', async () => {
    await submits({ formId: 'h8a', cases: caseBlock('h8', create('p', 'x')) })
    const xml = form({
      formId: 'h8b',
      cases: caseBlock('h8', update('stolen', '1')).replace('user_id="u1"', 'user_id="demo_user"'),
    }).replace('<n1:userID>u1<', '<n1:userID>demo_user<')
    const result = await ingest.submit(DOMAIN, {
      ...request(xml),
      accept: ({ userId, caseOwners }) =>
        userId === 'demo_user' && caseOwners.every((o) => o === 'demo_user'),
    })
    expect([result.kind, (await stateOf('h8'))?.properties]).toEqual(['refused', {}])
  })
  it('device reports change no case', async () => {
    await submits({
      formId: 'h9',
      xmlns: 'http://code.javarosa.org/devicereport',
      cases: caseBlock('h9', create('p', 'x')),
    })
    expect(await stateOf('h9')).toBeUndefined()
  })
  it('a failing member of a batch leaves its neighbours alone', async () => {
    const blocker = submits({ formId: 'h10x', cases: '' })
    const huge = 'x'.repeat(3_000)
    const all = await Promise.all([
      submits({ formId: 'h10a', cases: caseBlock('h10a', create('p', 'x')) }),
      submits({
        formId: 'h10b' + huge.replace(/x/g, () => Math.random().toString(36).slice(2, 6)),
        cases: '',
      }),
      submits({ formId: 'h10c', cases: caseBlock('h10c', create('p', 'x')) }),
    ])
    await blocker
    expect(all.map(({ kind }) => kind)).toEqual(['saved', 'failed', 'saved'])
  })
  it('20 different versions of one form at once end in one chain', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        submits({ formId: 'h11', cases: caseBlock('h11', create('p', 'n' + i)) }),
      ),
    )
    expect(all.filter(({ kind }) => kind === 'saved').length).toBe(1)
    expect(all.filter(({ kind }) => kind === 'edited').length).toBe(19)
    const { rows } = await database.postgres.pool.query(
      "select state, count(*)::int as n from ingest.forms where form_id = 'h11' or orig_id = 'h11' group by 1 order by 1",
    )
    expect(rows).toEqual([
      { state: 1, n: 1 },
      { state: 4, n: 19 },
    ])
    const counted = await database.postgres.pool.query(
      "select count(*)::int as n from ingest.case_transactions where case_id='h11' and rebuild=0 and not revoked",
    )
    expect(counted.rows).toEqual([{ n: 1 }])
  })
  it('an id of another domain is normal here, under a fresh id', async () => {
    await submits({ formId: 'h12', cases: '' }, 'demo')
    const a = await submits({ formId: 'h12', cases: '' }, 'other')
    expect(a.kind).toBe('saved')
  })
  it('§1.7 an edit with a known error changes nothing, and is kept beside the form that counts', async () => {
    await submits({ formId: 'h13', cases: caseBlock('h13', update('v', 'good')) })
    const faulty = caseBlock(
      'h13',
      `${update('v', 'bad')}<n0:index><n0:parent case_type="p">h13missing</n0:parent></n0:index>`,
    )
    const refused = await submits({ formId: 'h13', cases: faulty })
    expect(refused).toMatchObject({
      kind: 'case-error',
      problem: expect.stringMatching(/^InvalidCaseIndex: /),
    })
    expect(await reads.findForm(DOMAIN, 'h13')).toMatchObject({ state: 1, edited_at: null })
    const beside = 'formId' in refused ? refused.formId : ''
    expect(await reads.findForm(DOMAIN, beside)).toMatchObject({ state: 16, orig_id: 'h13' })
    expect((await stateOf('h13'))?.properties).toEqual({ v: 'good' })
    await submits({ formId: 'h13p', cases: caseBlock('h13missing', create('p', 'x')) })
    expect((await submits({ formId: 'h13', cases: faulty })).kind).toBe('edited')
    expect((await stateOf('h13'))?.properties).toEqual({ v: 'bad' })
  })
  it('§1.8 (3c) an edit keeps attachments that it does not bring, and says who edited', async () => {
    await ingest.submit(DOMAIN, {
      ...request(form({ formId: 'h15', cases: caseBlock('h15', create('p', 'x')) })),
      attachments: ['a.jpg', 'b.jpg'].map((name) => ({
        name,
        contentType: 'image/jpeg',
        content: Buffer.from(`first ${name}`),
      })),
    })
    await ingest.submit(DOMAIN, {
      ...request(form({ formId: 'h15', cases: caseBlock('h15', create('p', 'y')) })),
      authContext: { user_id: 'editor', authenticated: true, domain: DOMAIN },
      attachments: [{ name: 'b.jpg', contentType: 'image/jpeg', content: Buffer.from('second') }],
    })
    const contents = ['a.jpg', 'b.jpg'].map(async (name) =>
      String((await reads.readAttachment(DOMAIN, 'h15', name))?.content),
    )
    expect(await Promise.all(contents)).toEqual(['first a.jpg', 'second'])
    expect(await reads.formHistory(DOMAIN, 'h15')).toMatchObject([{ operation: 'edit', user_id: 'editor' }])
    const old = (await reads.findForm(DOMAIN, 'h15'))?.deprecated_form_id ?? ''
    expect(String((await reads.readAttachment(DOMAIN, old, 'b.jpg'))?.content)).toBe('first b.jpg')
  })
  it('the id of a deprecated version is no form to edit', async () => {
    await submits({ formId: 'h18', cases: caseBlock('h18', update('v', '1')) })
    await submits({ formId: 'h18', cases: caseBlock('h18', update('v', '2')) })
    const old = (await reads.findForm(DOMAIN, 'h18'))?.deprecated_form_id ?? ''
    const result = await submits({ formId: old, cases: '' })
    expect(result).toMatchObject({ kind: 'saved', formId: expect.not.stringMatching(old) })
    expect(await reads.findForm(DOMAIN, old)).toMatchObject({ state: 4, orig_id: 'h18' })
  })
  it('an edit that comes to another case takes the place that the form has, before what came later', async () => {
    await submits({ formId: 'h16a', cases: caseBlock('h16', update('v', 'a')) })
    await submits({ formId: 'h16b', cases: caseBlock('h16other', update('v', 'later')) })
    await submits({
      formId: 'h16a',
      cases: caseBlock('h16', update('v', 'a')) + caseBlock('h16other', update('v', 'a') + update('w', 'a')),
    })
    expect((await stateOf('h16other'))?.properties).toEqual({ v: 'later', w: 'a' })
  })
  it('§2.8 an archive recounts the ledger rows that came later', async () => {
    const stock = (formId: string, kind: string, quantity: number) =>
      submits({
        formId,
        cases: `<${kind} xmlns="http://commcarehq.org/ledger/v1" ${kind === 'balance' ? 'entity-id' : 'dest'}="h17" date="2024-03-01" section-id="stock"><entry id="p1" quantity="${quantity}"/></${kind}>`,
      })
    await submits({ formId: 'h17', cases: caseBlock('h17', create('p', 'x')) })
    await stock('h17a', 'balance', 10)
    await stock('h17b', 'transfer', 5)
    await stock('h17c', 'balance', 12)
    await ingest.archive(DOMAIN, 'h17a', null)
    const rows = async () =>
      (
        await database.postgres.pool.query(
          `select form_id, delta, updated_balance from ingest.ledger_transactions where case_id = 'h17' and not revoked
           order by form_id`,
        )
      ).rows
    expect(await rows()).toEqual([
      { form_id: 'h17b', delta: '5', updated_balance: '5' },
      { form_id: 'h17c', delta: '7', updated_balance: '12' },
    ])
    await ingest.archive(DOMAIN, 'h17c', null)
    expect(await reads.ledgers(DOMAIN, 'h17')).toMatchObject([{ balance: '5' }])
  })
})
