/**
 * What people type, and every secret, goes through the whole platform in every way that it can fail; none of it may appear
 * in a log, a counter or the text of an error.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createPostgres, createWarehouseClient } from '#infra/platform/index.ts'
import type { Postgres, WarehouseClient } from '#infra/platform/index.ts'
import { canary, findWords, listLogs, MARK, toCanaryXml, toMultipart } from './canary.ts'
import { startPlatform, type RunningPlatform } from './platform.ts'

const PROGRAM = join(import.meta.dirname, '../up/casehouse.mjs')
const DOMAIN = 'trust'
const PASSWORD = canary('password')

let platform: RunningPlatform
let postgres: Postgres
let owner: WarehouseClient
let secrets: Readonly<Record<string, string>>
let workerId: string
/** What was refused and said so, with what said it. */
const refusals: { readonly what: string; readonly text: string }[] = []

const readJson = (name: string): Record<string, string> =>
  z.record(z.string(), z.coerce.string()).parse(JSON.parse(readFileSync(join(platform.data, name), 'utf8')))

async function casehouse(...words: string[]): Promise<string> {
  const args = [PROGRAM, '--data', platform.data, '--json', ...words]
  const failed = z.object({ stdout: z.string(), stderr: z.string() })
  try {
    return (await promisify(execFile)(process.execPath, args)).stdout
  } catch (error) {
    const { stdout, stderr } = failed.parse(error)
    refusals.push({ what: `casehouse ${words[0]} ${words[1]}`, text: stdout + stderr })
    return ''
  }
}

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

async function ask(what: string, path: string, init: RequestInit = {}): Promise<number> {
  const answer = await fetch(path.startsWith('http') ? path : platform.url + path, {
    redirect: 'manual',
    ...init,
  })
  const text = await answer.text()
  if (answer.status >= 400) refusals.push({ what: `${what} (${answer.status})`, text })
  return answer.status
}

async function submit(what: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const authorization = basic(canary('worker'), PASSWORD)
  const sent = { 'content-type': 'text/xml', 'x-openrosa-version': '3.0', authorization, ...headers }
  return ask(what, `/a/${DOMAIN}/receiver/secure/`, {
    method: 'POST',
    headers: sent,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > endsAt) throw new Error('not reached within 60 s')
    await sleep(200)
  }
}

const caughtUp = async (): Promise<boolean> => {
  const { consumers } = z
    .object({ consumers: z.array(z.object({ waiting_events: z.number() })) })
    .parse(JSON.parse(await casehouse('feed', 'status')))
  return consumers.every(({ waiting_events }) => waiting_events === 0)
}

const parkedCount = async (): Promise<number> =>
  Number((await postgres.pool.query('select count(*)::int as n from feed.parked')).rows[0].n)

beforeAll(async () => {
  platform = await startPlatform({ CASEHOUSE_LOG_LEVEL: 'debug' })
  secrets = readJson('secrets.json')
  postgres = createPostgres({ url: readJson('platform.json').database_url })
  const password = secrets.engine_owner_password ?? ''
  owner = createWarehouseClient({ url: platform.engine_url, username: 'owner', password })
  await casehouse('domain', 'create', DOMAIN)
  const worker = await casehouse('worker', 'create', DOMAIN, canary('worker'), '--password', PASSWORD)
  workerId = z.object({ user_id: z.string() }).parse(JSON.parse(worker)).user_id
})
afterAll(async () => {
  await owner?.close()
  await postgres?.close()
  await platform?.stop()
})

describe('what people type', () => {
  it('goes through good forms, refused ones and broken ones', async () => {
    const form = (id: string, extra = '') => toCanaryXml({ id, domain: DOMAIN, userId: workerId, extra })
    const multipart = { 'content-type': 'multipart/form-data; boundary=b' }
    const photo = { name: `${canary('photo')}.jpg`, type: 'image/jpeg' }
    expect(await submit('a good form', toMultipart(form('good'), photo), multipart)).toBe(201)
    await submit('a duplicate', form('good'))
    await submit('an edit', form('good', `<${canary('more')}/>`))
    // The answer names both ids, as phones expect: ids are no secret to who sent them.
    await submit('a bad index', form('index', badIndex('nobody')))
    const refused = { name: `${canary('file')}.exe`, type: `application/${canary('type')}` }
    await submit('a refused file', toMultipart(form('refused'), refused), multipart)
    for (const [what, xml] of Object.entries(broken(form('broken')))) await submit(what, xml)
    await submit('no boundary', form('x'), { 'content-type': `multipart/form-data; b=${canary('b')}` })
    await submit('a wrong time', form('x'), { 'x-submit-time': canary('time') })
    await submit('a wrong password', form('x'), { authorization: basic(canary('worker'), canary('wrong')) })
    expect(refusals.length).toBeGreaterThan(8)
  })

  it('is asked for in every wrong way', async () => {
    const before = refusals.length
    const cookie = `casehouse_session=${canary('cookie')}`
    const reader = { headers: { authorization: basic(canary('worker'), PASSWORD) } }
    const [v1, rest, m] = [`/a/${DOMAIN}/api/v1`, `/a/${DOMAIN}/api/v0.5`, canary('asked')]
    const paths = [
      ...['filters', `forms/${m}`, `cases/${m}`, `cases/${m}/history`, `cases/${m}/tree`, `${m}`].map(
        (p) => `${v1}/${p}`,
      ),
      ...['submit_history', 'case_list', 'worker_activity'].map(
        (r) => `${v1}/reports/${r}?cursor=${m}&emw=${m}&startdate=${m}&limit=${m}`,
      ),
      ...[
        `form/${m}/`,
        `case/${m}/`,
        `form/?received_on_start=${m}`,
        `case/?order_by=${m}`,
        `form/?limit=${m}`,
      ].map((p) => `${rest}/${p}`),
      `/a/${DOMAIN}/api/form/attachment/${m}/${m}.jpg`,
      `/a/${m}/api/v1/filters`,
      `/a/${m}/receiver/`,
      `/${m}?${m}=${m}`,
      `/a/${m}/%zz`,
      `//${m}/x`,
    ]
    for (const path of paths) {
      await ask(path, path, reader)
      await ask(`${path} by nobody`, path, { headers: { cookie } })
      await ask(`${path} by a key`, path, { headers: { authorization: `ApiKey ${m}:${m}` } })
      await ask(`post ${path}`, path, { ...reader, method: 'POST', body: m })
    }
    const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
    for (const body of [
      `{"${m}`,
      `{"email":"${m}@example.org","password":"${m}"}`,
      `{"email":{"${m}":"${m}"}}`,
    ]) {
      await ask('signing in', '/api/session', { ...json, body })
    }
    // The page repeats the address to whoever typed it; only the logs count here.
    const login = new URLSearchParams({ email: `${m}@example.org`, password: m })
    await fetch(`${platform.url}/login?/signin`, { method: 'POST', body: login })
    for (const page of [`/a/${DOMAIN}/forms/${m}`, `/a/${m}`, `/login?next=${m}`])
      await fetch(platform.url + page)
    expect(refusals.length - before).toBeGreaterThan(60)
  })

  it('is refused at the command line', async () => {
    const file = join(platform.data, 'form.xml')
    writeFileSync(file, `<data ${canary('file')}`)
    await casehouse('form', 'submit', DOMAIN, file)
    await casehouse('worker', 'create', DOMAIN, canary('worker'), '--password', PASSWORD)
    await casehouse('worker', 'create', DOMAIN, `${canary('bad')} !`, '--password', PASSWORD)
    await casehouse('worker', 'password', DOMAIN, canary('nobody'), '--password', PASSWORD)
    await casehouse('user', 'create', canary('nomail'), '--domain', DOMAIN, '--role', 'admin')
    await casehouse('user', 'password', `${canary('nobody')}@example.org`)
    await casehouse('form', 'archive', DOMAIN, canary('form'))
    expect(refusals.filter(({ what }) => what.startsWith('casehouse')).length).toBeGreaterThan(5)
  })
})

function badIndex(caseId: string): string {
  return `<c:case xmlns:c="http://commcarehq.org/case/transaction/v2" case_id="with-index" user_id="u" date_modified="2024-03-01T10:00:00Z">
    <c:index><c:parent case_type="household">${caseId}</c:parent></c:index></c:case>`
}

function broken(form: string): Record<string, string> {
  const mark = canary('broken')
  return {
    'an open tag': `${form}<${mark}>`,
    'a text behind the root': `${form}${mark}`,
    'an entity': form.replace(canary('answer'), `&${mark};`),
    'a doctype': `<!DOCTYPE ${mark} [<!ENTITY x "${mark}">]>${form}`,
    'a crossed tag': form.replace(`</${canary('question')}>`, `</${mark}>`),
    'a double attribute': form.replace('<data ', `<data ${mark}="1" ${mark}="2" `),
    'no namespace': `<data><name>${mark}</name></data>`,
    'a wrong date': form.replace('date_modified="2024', `date_modified="${mark}`),
    'a case without id': form.replace('case_id="case-broken"', `case_id=""`),
    'an unbound prefix': form.replace('<phone>', `<${mark}:x/><phone>`),
    'no form': mark,
  }
}

describe('when a part of the platform fails', () => {
  it('Postgres quotes the row that it refuses', async () => {
    await postgres.pool.query(`create function ingest.quote() returns trigger language plpgsql as $$
      begin raise exception 'refused %', new::text using detail = new::text, errcode = 'P0001'; end $$`)
    await postgres.pool.query(
      'create trigger quote before insert on ingest.cases execute function ingest.quote()'.replace(
        'execute',
        'for each row execute',
      ),
    )
    await submit(
      'a form that the database refuses',
      toCanaryXml({ id: 'sql', domain: DOMAIN, userId: workerId }).replace('case-sql', canary('sqlcase')),
    )
    await postgres.pool.query('drop trigger quote on ingest.cases')
    await postgres.pool.query('alter table tenants.groups rename to groups_away')
    const headers = { authorization: basic(canary('worker'), PASSWORD) }
    expect(await ask('a report without a table', `/a/${DOMAIN}/api/v1/filters?x=${MARK}`, { headers })).toBe(
      500,
    )
    await postgres.pool.query('alter table tenants.groups_away rename to groups')
  })

  it('ClickHouse quotes the row that it refuses', async () => {
    await until(caughtUp)
    await owner.command({
      query: "alter table forms add constraint trust check form_id != 'refuse' or document = ''",
    })
    const before = await parkedCount()
    await submit('a form', toCanaryXml({ id: 'refuse', domain: DOMAIN, userId: workerId }))
    await until(async () => (await parkedCount()) > before)
    expect(await parkedCount()).toBe(before + 1)
    await owner.command({ query: 'alter table forms drop constraint trust' })
  })

  it('events that nobody can read are parked', async () => {
    const before = await parkedCount()
    const payloads = [
      `{"${canary('torn')}`,
      JSON.stringify({ domain: DOMAIN, form: { [canary('key')]: 1 } }),
      JSON.stringify({ domain: canary('other') }),
    ]
    for (const payload of payloads) {
      await postgres.pool.query(
        `insert into feed.outbox (topic, domain, event_key, payload) values ('form-events.v1', $1, 'parked', $2)`,
        [DOMAIN, payload],
      )
    }
    await until(async () => (await parkedCount()) >= before + payloads.length)
    expect(await parkedCount()).toBe(before + payloads.length)
    const headers = { authorization: basic(canary('worker'), PASSWORD) }
    const answer = await fetch(`${platform.url}/a/${DOMAIN}/api/v1/parked`, { headers })
    refusals.push({ what: 'parked events', text: await answer.text() })
    refusals.push({ what: 'feed status', text: await casehouse('feed', 'status') })
  })

  it('statements of BI tools are wrong', async () => {
    const m = canary('sql')
    const statuses = new Set<number>()
    const reader = basic('reader', secrets.engine_reader_password ?? '')
    for (const authorization of [reader, basic('owner', secrets.engine_owner_password ?? ''), basic(m, m)]) {
      for (const query of [
        `select '${m}'`,
        `select ${m} from forms`,
        `select toInt8('${m}')`,
        `selec ${m}`,
        `select * from ${m}`,
        `insert into forms format JSONEachRow {"form_id":"${m}","version":"${m}"}`,
        `select throwIf(document like '%${MARK}%', document) from forms`,
      ]) {
        const url = `${platform.engine_url}/?query_id=${encodeURIComponent(`${m}${Math.random()}\r\nx: y`)}&param_x=${m}`
        const answer = await fetch(url, { method: 'POST', body: query, headers: { authorization } })
        await answer.text()
        statuses.add(answer.status)
      }
    }
    expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400, 404]))
  })
})

describe('nothing of it is', () => {
  const words = (): readonly string[] => [
    MARK,
    Buffer.from(`${canary('worker')}:`)
      .toString('base64')
      .slice(0, 24),
    platform.password,
    ...Object.values(secrets),
    ...Object.values(
      z
        .record(z.string(), z.string())
        .parse(JSON.parse(readFileSync(join(platform.data, 'postgres', 'secrets.json'), 'utf8'))),
    ),
  ]

  it('in a log', async () => {
    await sleep(500)
    const logs = listLogs(platform.data)
    expect(logs.length).toBeGreaterThan(4)
    expect(findWords(logs, words())).toEqual([])
    expect(words().filter((word) => platform.said().includes(word))).toEqual([])
    const failures = findWords(logs, ['"level":50'])
    expect(failures.length).toBeGreaterThan(1)
  })

  it('in a counter', async () => {
    const metrics = await (await fetch(`${platform.url}/metrics`)).text()
    expect(metrics).toContain('api_request_seconds')
    expect(words().filter((word) => metrics.includes(word))).toEqual([])
  })

  it('in the text of an error', () => {
    const leaks = refusals.filter(({ text }) => words().some((word) => text.includes(word)))
    expect(leaks).toEqual([])
  })

  it('in the words of a process', async () => {
    const { stdout } = await promisify(execFile)('ps', ['-ewwo', 'args='])
    expect(stdout).toContain(platform.data)
    expect(words().filter((word) => stdout.includes(word))).toEqual([])
  })
})
