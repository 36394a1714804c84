import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createApiScenario, createPeople, OPERATOR } from './api-scenario.ts'
import type { ApiScenario } from './api-scenario.ts'

const DOMAIN = 'field'
const BASE = `/a/${DOMAIN}/receiver`
let scenario: ApiScenario
let people: Awaited<ReturnType<typeof createPeople>>

beforeAll(async () => {
  scenario = await createApiScenario()
  people = await createPeople(scenario, DOMAIN)
})
afterAll(() => scenario.close())

interface Form {
  readonly id?: string
  readonly age?: string
  readonly index?: string
  readonly user?: string
}

const toXml = ({ id = 'f1', age = '31', index = '', user = 'u1' }: Form = {}) =>
  `<data xmlns="http://openrosa.org/formdesigner/ABC" name="Register">
  <n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="c-${id}" user_id="${user}" date_modified="2024-03-01T10:00:00.000+02:00">
    <n0:create><n0:case_type>patient</n0:case_type><n0:case_name>Ann</n0:case_name><n0:owner_id>${user}</n0:owner_id></n0:create>
    <n0:update><n0:age>${age}</n0:age></n0:update>${index}
  </n0:case>
  <n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>d</n1:deviceID><n1:timeStart>2024-03-01T09:59:00.000+02:00</n1:timeStart>
   <n1:timeEnd>2024-03-01T10:00:00.000+02:00</n1:timeEnd><n1:username>joe</n1:username><n1:userID>${user}</n1:userID><n1:instanceID>${id}</n1:instanceID></n1:meta>
</data>`
const BAD_INDEX = '<n0:index><n0:parent case_type="household">nobody-has-this-id</n0:parent></n0:index>'

interface Part {
  readonly name: string
  readonly filename?: string
  readonly type?: string
  readonly content: string | Buffer
}

function multipart(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, filename, type = 'text/xml', content }) => [
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from('--b--\r\n')])
}

const formPart = (content: string | Buffer): Part => ({
  name: 'xml_submission_file',
  filename: 'form.xml',
  content,
})
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b' }
const XML = { 'content-type': 'text/xml' }

async function post(url: string, body: string | Buffer, headers: Readonly<Record<string, string>> = XML) {
  return scenario.api.inject({ method: 'POST', url, headers, payload: body })
}

interface Found {
  readonly app_id: string | null
  readonly submit_ip: string
  readonly state: number
  readonly problem: string | null
  readonly year: number
}

async function findForm(formId: string): Promise<Found | undefined> {
  const { rows } = await scenario.database.postgres.pool.query<Found>(
    'select app_id, submit_ip, state, problem, extract(year from received_at)::int as year from ingest.forms where domain = $1 and form_id = $2',
    [DOMAIN, formId],
  )
  return rows[0]
}

describe('the receiver', () => {
  it('takes the worked example and keeps it', async () => {
    const answer = await post(`${BASE}/APP1/`, multipart([formPart(toXml())]), MULTIPART)
    expect(answer.statusCode).toBe(201)
    expect(answer.headers).toMatchObject({
      'x-openrosa-version': '1.0',
      'x-commcarehq-formid': 'f1',
      'content-type': 'text/xml; charset=utf-8',
      location: 'http://localhost:80',
    })
    expect(answer.body).toBe(
      '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="submit_success">   √   </message></OpenRosaResponse>',
    )
    expect(await findForm('f1')).toMatchObject({ app_id: 'APP1', year: expect.any(Number) })
  })

  it.each(['', '/', '/submission', '/submission/', '/APP1'])(
    'takes a raw form at receiver%s',
    async (tail) => {
      const answer = await post(`${BASE}${tail}`, toXml({ id: `raw${tail.replaceAll('/', '-')}` }))
      expect(answer.statusCode).toBe(201)
    },
  )

  it('answers duplicates and case errors in both dialects', async () => {
    const v3 = { ...XML, 'x-openrosa-version': '3.0' }
    expect((await post(BASE, toXml({ id: 'twice' }))).statusCode).toBe(201)
    const v2Answer = await post(BASE, toXml({ id: 'twice' }))
    expect(v2Answer.statusCode).toBe(201)
    expect(v2Answer.body).toContain('nature="submit_error">Form is a duplicate of another! (twice)<')
    const v3Answer = await post(BASE, toXml({ id: 'twice' }), v3)
    expect(v3Answer.statusCode).toBe(201)
    expect(v3Answer.body).toContain('nature="submit_success"')
    const v2Error = await post(BASE, toXml({ id: 'bad2', index: BAD_INDEX }))
    expect([v2Error.statusCode, v2Error.body]).toEqual([201, expect.stringContaining('submit_error')])
    const v3Error = await post(BASE, toXml({ id: 'bad3', index: BAD_INDEX }), v3)
    expect([v3Error.statusCode, v3Error.body]).toEqual([422, expect.stringContaining('processing_failure')])
  })

  it.each([
    ['an empty body', '', XML, 400, 'Post may not have an empty body\n'],
    [
      'an ordinary field',
      multipart([formPart(toXml()), { name: 'x', content: '1' }]),
      MULTIPART,
      400,
      'Received a submission with POST.keys()',
    ],
    [
      'a form file of another name',
      multipart([{ ...formPart(toXml()), filename: 'form.txt' }]),
      MULTIPART,
      422,
      '<OpenRosaResponse',
    ],
    ['11 MB, raw', Buffer.alloc(11 << 20, 32), XML, 413, 'Form exceeds 10MB size limit\n'],
    [
      '11 MB, multipart',
      multipart([formPart(Buffer.alloc(11 << 20, 32))]),
      MULTIPART,
      413,
      'Form exceeds 10MB size limit\n',
    ],
    ['no boundary', 'x', { 'content-type': 'multipart/form-data' }, 400, ''],
  ] as const)('refuses %s', async (_, body, headers, status, text) => {
    const answer = await post(BASE, body, headers)
    expect(answer.statusCode).toBe(status)
    expect(answer.body.startsWith(text)).toBe(true)
  })

  it.each(['GET', 'PUT', 'DELETE'] as const)('answers %s with 405', async (method) => {
    for (const url of [`${BASE}/APP1/`, `${BASE}/secure/`]) {
      const answer = await scenario.api.inject({ method, url })
      expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST'])
    }
    expect((await scenario.api.inject({ method: 'GET', url: `${BASE}/` })).statusCode).toBe(405)
  })

  it('knows no project space of another name', async () => {
    expect((await post('/a/nowhere/receiver/', toXml())).statusCode).toBe(404)
    expect((await post(`${BASE}/a%00b`, toXml())).statusCode).toBe(404)
  })
})

describe('the secure receiver', () => {
  const secure = `${BASE}/secure/APP1/`
  const as = (authorization: string) => ({ ...XML, authorization })

  it('lets in workers, admins, keys and the operator', async () => {
    const { worker, workerFull, admin, adminKey, operator } = people.credentials
    for (const [at, { as: who }] of [worker, workerFull, admin, adminKey, operator].entries()) {
      const answer = await post(secure, toXml({ id: `secure-${at}` }), as(who))
      expect([at, answer.statusCode]).toEqual([at, 201])
    }
  })

  it('asks everybody else for basic authentication', async () => {
    for (const who of [basic('nobody'), `Digest username="x"`, 'ApiKey a:b', 'Bearer wrong', 'Basic !!!']) {
      const answer = await post(secure, toXml(), as(who))
      expect([who, answer.statusCode]).toEqual([who, 401])
      expect(answer.headers['www-authenticate']).toBe('Basic realm="casehouse"')
    }
    expect((await post(secure, toXml())).statusCode).toBe(401)
    const types = await post(`${secure}?authtype=magic`, toXml())
    expect([types.statusCode, types.body]).toEqual([400, expect.stringContaining('digest, basic, noauth')])
  })

  it('keeps the demo user only, without credentials, and drops demo posts', async () => {
    const url = `${secure}?authtype=noauth`
    expect((await post(url, toXml({ id: 'demo-no' }))).statusCode).toBe(403)
    expect((await post(url, toXml({ id: 'demo-yes', user: 'demo_user' }))).statusCode).toBe(201)
    const dropped = await post(`${secure}?submit_mode=demo`, toXml({ id: 'dropped' }))
    expect([dropped.statusCode, dropped.body]).toEqual([201, expect.stringContaining('was ignored')])
    expect(await findForm('dropped')).toBeUndefined()
  })

  it('believes X-Submit-Time of an authenticated caller, and only then', async () => {
    const time = { 'x-submit-time': '2023-01-02T03:04:05.678Z' }
    await post(secure, toXml({ id: 'then' }), { ...as(OPERATOR), ...time })
    await post(BASE, toXml({ id: 'now' }), { ...XML, ...time })
    expect((await findForm('then'))?.year).toBe(2023)
    expect((await findForm('now'))?.year).toBeGreaterThan(2023)
    const future = { 'x-submit-time': '2999-01-01T00:00:00Z' }
    expect((await post(secure, toXml(), { ...as(OPERATOR), ...future })).statusCode).toBe(400)
  })

  it('§1.2 asks old feature phones for digest, which nobody has, and stays closed', async () => {
    const headers = { ...as(people.credentials.worker.as), 'user-agent': 'Nokia6120c/3.83 J2ME' }
    expect((await post(secure, toXml(), headers)).statusCode).toBe(401)
  })

  it('§1.4 keeps the headers of the phone', async () => {
    await post(secure, toXml({ id: 'headers' }), {
      ...as(OPERATOR),
      'x-openrosa-version': '3.0',
      'accept-language': 'ne',
      date: 'Fri, 01 Mar 2024 08:00:00 GMT',
      'x-commcarehq-lastsynctoken': 'sync-1',
    })
    const { rows } = await scenario.database.postgres.pool.query(
      `select openrosa_headers, last_sync_token, date_header from ingest.forms where form_id = 'headers'`,
    )
    expect(rows).toEqual([
      {
        openrosa_headers: {
          HTTP_X_OPENROSA_VERSION: '3.0',
          HTTP_ACCEPT_LANGUAGE: 'ne',
          HTTP_DATE: 'Fri, 01 Mar 2024 08:00:00 GMT',
        },
        last_sync_token: 'sync-1',
        date_header: '2024-03-01T08:00:00.000000Z',
      },
    ])
  })

  it('§1.1 is what the plain address becomes when the project space says so', async () => {
    const domain = 'closed'
    await scenario.database.postgres.pool.query(
      'insert into tenants.domains (domain, title, secure_submissions) values ($1, $1, true)',
      [domain],
    )
    const url = `/a/${domain}/receiver/`
    expect((await post(url, toXml({ id: 'closed-1' }))).statusCode).toBe(401)
    expect((await post(url, toXml({ id: 'closed-1' }), as(OPERATOR))).statusCode).toBe(201)
  })

  it('§1.4 believes the address that the operator gives, and nobody else', async () => {
    const from = { 'x-commcarehq-origin-ip': '203.0.113.7' }
    await post(secure, toXml({ id: 'ip-operator' }), { ...as(OPERATOR), ...from })
    await post(secure, toXml({ id: 'ip-worker' }), { ...as(people.credentials.worker.as), ...from })
    await post(BASE, toXml({ id: 'ip-plain' }), { ...XML, ...from })
    const odd = { ...as(OPERATOR), 'x-commcarehq-origin-ip': '<script>' }
    await post(secure, toXml({ id: 'ip-odd' }), odd)
    const ids = ['ip-operator', 'ip-worker', 'ip-plain', 'ip-odd']
    const addresses = (await Promise.all(ids.map(findForm))).map((form) => form?.submit_ip)
    expect(addresses).toEqual(['203.0.113.7', '127.0.0.1', '127.0.0.1', '127.0.0.1'])
  })

  it('§1.4 answers 403 to a token of web apps, of which none is valid', async () => {
    for (const url of [BASE, secure]) {
      const headers = { ...as(OPERATOR), 'x-commcarehq-origin-token': 'made-up' }
      expect((await post(url, toXml({ id: 'token' }), headers)).statusCode).toBe(403)
    }
    expect(await findForm('token')).toBeUndefined()
  })

  it('takes no NUL for credentials', async () => {
    expect((await post(secure, toXml(), as(basic('a\u0000b')))).statusCode).toBe(401)
  })

  it('tells a deactivated worker and a deleted one, whatever the password', async () => {
    for (const [state, column] of [
      ['deactivated', 'is_active = false'],
      ['deleted', 'deleted_at = now()'],
    ] as const) {
      await scenario.database.postgres.pool.query(
        `update tenants.mobile_workers set ${column} where domain = $1`,
        [DOMAIN],
      )
      const full = `asha-${DOMAIN}@${DOMAIN}.commcarehq.org`
      for (const who of [people.credentials.worker.as, basic(full, 'forgotten')]) {
        const answer = await post(secure, toXml(), as(who))
        expect(answer.statusCode).toBe(406)
        expect(answer.json()).toMatchObject({ error: `user.${state}`, default_response: expect.any(String) })
      }
    }
  })
})

describe('§1.5 what goes wrong behind the door', () => {
  it('answers 423 while somebody else holds the form, and keeps nothing', async () => {
    const answer = await scenario.database.postgres.transaction(async (client) => {
      await client.query(
        `select pg_advisory_xact_lock((('x' || substr(md5('form:held'), 1, 16))::bit(64) >> 1)::bigint)`,
      )
      return post(BASE, toXml({ id: 'held' }))
    })
    expect([answer.statusCode, answer.body]).toEqual([423, expect.stringMatching(/^XFormLockError: .*held/)])
    expect(answer.headers['content-type']).toContain('text/plain')
    expect(await findForm('held')).toBeUndefined()
    expect((await post(BASE, toXml({ id: 'held' }))).statusCode).toBe(201)
  })

  it('answers 500 to a form on which it fails, and keeps it as an error form', async () => {
    // No index of the database has room for an id that long.
    const answer = await post(BASE, toXml({ id: randomBytes(6_000).toString('hex') }))
    expect(answer.statusCode).toBe(500)
    const kept = await findForm(String(answer.headers['x-commcarehq-formid']))
    expect(kept).toMatchObject({ state: 16, problem: expect.stringMatching(/^InternalError: /) })
  })

  it('takes a device report that was asked for', async () => {
    const report = toXml({ id: 'report' }).replace(
      'http://openrosa.org/formdesigner/ABC',
      'http://code.javarosa.org/devicereport',
    )
    expect((await post(`${BASE}?force_logs=true`, report)).statusCode).toBe(201)
    expect(await findForm('report')).toMatchObject({ state: 1 })
  })
})

const lol = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x xmlns="y">&b;</x>`
const attributes = Array.from({ length: 10_000 }, (_, at) => `a${at}="1"`).join(' ')

describe('hostile bodies', () => {
  it.each([
    ['entities', lol, 422],
    ['100,000 levels', '<a xmlns="x">'.repeat(100_000), 422],
    ['invalid UTF-8', Buffer.from([0x3c, 0x61, 0xff, 0xfe, 0x3e]), 422],
    ['a NUL', '<a xmlns="x">\0</a>', 422],
    ['10,000 attributes', `<a xmlns="x" ${attributes}/>`, 422],
    ['names of prototypes', toXml({ id: 'proto' }).replaceAll('n0:age', 'n0:__proto__'), 201],
  ] as const)('answers %s and goes on', async (name, body, status) => {
    const answer = await post(BASE, body)
    expect(answer.statusCode).toBe(status)
    expect(({} as Record<string, unknown>)['age']).toBeUndefined()
    expect((await post(BASE, toXml({ id: `after ${name}` }))).statusCode).toBe(201)
  })
})
