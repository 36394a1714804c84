/** What strangers and other people's pages try. No engine runs here: what asks it fails, which is looked at too. */
import { createServer, request } from 'node:http'
import type { Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toLoggedError } from '#infra/platform/index.ts'
import { createApiScenario, createPeople, OPERATOR, PASSWORD } from './api-scenario.ts'
import type { ApiScenario, People } from './api-scenario.ts'

let pages: Server
let scenario: ApiScenario
let people: People
let listening: Promise<string>
const logged: string[] = []

beforeAll(async () => {
  pages = createServer((request, response) => response.end(`page ${request.url}`))
  await new Promise<void>((done) => pages.listen(0, '127.0.0.1', done))
  const address = pages.address()
  const port = typeof address === 'object' && address ? address.port : 0
  scenario = await createApiScenario({
    dashboardsUrl: `http://127.0.0.1:${port}`,
    publicUrl: 'https://casehouse.example.org',
    log: pino({ serializers: { err: toLoggedError } }, { write: (line: string) => void logged.push(line) }),
  })
  people = await createPeople(scenario, 'ours')
  listening = scenario.api.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await scenario.close()
  pages.close()
})

describe('routes', () => {
  it('open to anybody are these, and a new one must be added here', () => {
    const open = scenario.api.routeList.filter(({ permission }) => permission === 'public')
    const urls = [...new Set(open.map(({ url }) => url))].sort()
    expect(urls).toEqual([
      '/',
      // Pages: the dashboards ask the API with the session of whoever looks.
      '/*',
      // Addresses of the API that nothing answers.
      '/a/:domain/api/*',
      // The receiver decides itself, before it reads a body.
      '/a/:domain/receiver',
      '/a/:domain/receiver/*',
      '/a/:domain/receiver/:appId',
      '/a/:domain/receiver/api',
      '/a/:domain/receiver/api/:appId',
      '/a/:domain/receiver/secure',
      '/a/:domain/receiver/secure/:appId',
      '/a/:domain/receiver/submission',
      '/api/*',
      '/api/docs',
      '/api/openapi.json',
      '/api/session',
      '/health',
      // Asks for the operator's token unless the asker sits on this machine.
      '/metrics',
    ])
    expect(scenario.api.routeList.filter(({ permission }) => permission === undefined)).toEqual([])
  })
})

describe('a page of another origin', () => {
  const foreign = [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ]

  it('cannot use the basic credentials that a browser remembers', async () => {
    for (const headers of foreign) {
      const write = await scenario.ask({
        method: 'POST',
        url: '/api/admin/domains/ours/groups',
        ...people.credentials.admin,
        headers,
        body: { name: 'theirs' },
      })
      expect([write.status, write.body.code]).toEqual([403, 'API_ORIGIN_FORBIDDEN'])
      const form = await scenario.api.inject({
        method: 'POST',
        url: '/a/ours/receiver/secure/',
        headers: { ...headers, authorization: people.credentials.worker.as, 'content-type': 'text/plain' },
        payload: '<data/>',
      })
      expect([headers, form.statusCode]).toEqual([headers, 403])
    }
  })

  it('is no matter for keys, which only programs send', async () => {
    for (const headers of foreign) {
      const url = '/api/admin/domains/ours/groups'
      const body = { name: JSON.stringify(headers) }
      const answer = await scenario.ask({
        method: 'POST',
        url,
        ...people.credentials.adminKey,
        headers,
        body,
      })
      expect(answer.status).toBe(201)
    }
  })

  it('gets no counters by a name that points to this machine', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await scenario.api.inject({ url: '/metrics', headers })).statusCode
    expect(await ask({ host: 'evil.example:8400' })).toBe(401)
    expect(await ask({ host: '127.0.0.1:8400', 'x-forwarded-for': '10.0.0.9' })).toBe(401)
    for (const host of ['127.0.0.1:8400', 'localhost', '[::1]:8400']) expect(await ask({ host })).toBe(200)
  })

  it('gets no permission to read, and no frame', async () => {
    for (const url of ['/a/ours/api/v1/parked', '/health', '/a/ours', '/api/docs']) {
      const { raw } = await scenario.ask({
        url,
        ...people.credentials.reader,
        headers: { origin: 'https://evil.example' },
      })
      expect(raw.headers['access-control-allow-origin']).toBeUndefined()
      expect(raw.headers).toMatchObject({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': expect.stringContaining('max-age') as string,
      })
    }
  })
})

describe('a session', () => {
  const signIn = async (cookie?: string, password = PASSWORD) => {
    const body = { email: 'reader@ours.example.org', password }
    const { status, raw } = await scenario.ask({ method: 'POST', url: '/api/session', cookie, body })
    return { status, line: String(raw.headers['set-cookie']) }
  }
  const reads = async (cookie: string) => (await scenario.ask({ url: '/api/session', cookie })).status
  const cookieOf = (line: string) => line.split(';', 1)[0] ?? ''

  it('is a cookie that no script reads and no plain connection carries', async () => {
    const { line } = await signIn()
    for (const flag of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(line).toContain(flag)
    expect(line).not.toContain('Domain=')
  })

  it('is new with every sign-in, whatever cookie was there before', async () => {
    const planted = 'casehouse_session=planted-by-somebody-else'
    const own = cookieOf((await signIn(planted)).line)
    expect([own === planted, await reads(planted), await reads(own)]).toEqual([false, 401, 200])
    const next = cookieOf((await signIn(own)).line)
    expect([await reads(own), await reads(next)]).toEqual([401, 200])
  })

  it('ends with the password', async () => {
    const cookie = cookieOf((await signIn()).line)
    const body = { email: 'reader@ours.example.org', password: 'another long password' }
    await scenario.ask({ method: 'POST', url: '/api/admin/users/password', as: OPERATOR, body })
    expect([await reads(cookie), (await signIn()).status]).toEqual([401, 401])
    expect((await signIn(undefined, body.password)).status).toBe(200)
  })

  it('lets no one sign in by a form of another page', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
    ]) {
      const answer = await scenario.api.inject({
        method: 'POST',
        url: '/api/session',
        headers: { 'content-type': type },
        payload: JSON.stringify({ email: 'reader@ours.example.org', password: PASSWORD }),
      })
      expect([type, answer.headers['set-cookie'], answer.statusCode >= 400]).toEqual([type, undefined, true])
    }
  })
})

/** Over a socket: what takes a URL would tidy it up. */
async function askExactly(path: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(await listening)
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.once('error', reject).end()
  })
}

describe('an address', () => {
  it('that leads out of the root, or cannot be read, is refused without a word of it', async () => {
    const addresses = [
      '//canary.example/x',
      '/\\canary.example/x',
      '/../../canary',
      '/_app/..%2f..%2fcanary',
      '/a/canary%zz',
      '/a/canary%zz/api/v1/filters',
    ]
    logged.length = 0
    for (const url of addresses) {
      const { status, body } = await askExactly(url)
      expect([url, status]).toEqual([url, 400])
      expect(body).toContain('API_ADDRESS_INVALID')
      expect(body).not.toContain('canary')
    }
    expect(logged.join('')).not.toMatch(/canary|"level":50/)
  })

  it('is in no log, whoever asks for it', async () => {
    logged.length = 0
    for (const url of [
      '/a/ours/forms/canary-form',
      '/a/canary-domain/api/v1/filters',
      '/a/ours/api/v1/forms/canary',
      '/canary?canary=canary',
      '/a/canary-domain/receiver/canary',
      '/a/ours/api/form/attachment/canary/canary.jpg',
    ]) {
      await scenario.ask({ url, ...people.credentials.reader })
      await scenario.ask({ url, method: 'POST', body: { canary: 'canary' } })
    }
    expect(logged.length).toBeGreaterThan(5)
    expect(logged.filter((line) => line.includes('canary'))).toEqual([])
  })
})

describe('a body', () => {
  const post = (payload: string | Buffer, headers: Record<string, string>, url = '/api/session') =>
    scenario.api.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    })

  it('pollutes no prototype', async () => {
    for (const body of [
      '{"__proto__":{"polluted":1},"email":"a","password":"b"}',
      '{"constructor":{"prototype":{"polluted":1}},"email":"a","password":"b"}',
    ]) {
      expect((await post(body, {})).statusCode).toBe(400)
    }
    const url = '/a/ours/api/v1/parked?__proto__[polluted]=1&constructor=1&__proto__=1'
    expect((await scenario.ask({ url, ...people.credentials.admin })).status).toBe(200)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('that unpacks to far more than it is stops at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 32))
    expect(bomb.length).toBeLessThan(150_000)
    const before = process.memoryUsage().rss
    expect((await post(bomb, { 'content-encoding': 'gzip' })).statusCode).toBe(413)
    const form = { 'content-encoding': 'gzip', 'content-type': 'text/xml' }
    expect((await post(bomb, form, '/a/ours/receiver/')).statusCode).toBe(413)
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024)
  })

  it('is not repeated when its keys are refused', async () => {
    const answer = await post('{"email":{"canary":1},"password":["canary"],"canary":1}', {})
    expect([answer.statusCode, answer.body.includes('canary')]).toEqual([400, false])
  })
})

describe('a failure of ours', () => {
  it('is logged once, with the id that the asker is told', async () => {
    logged.length = 0
    const { status, raw } = await scenario.ask({
      url: '/a/ours/api/v1/filters',
      ...people.credentials.admin,
    })
    const failures = logged.filter((line) => line.includes('"level":50'))
    expect([status, failures.length]).toEqual([503, 1])
    expect(failures[0]).toContain(String(raw.headers['x-request-id']))
  })
})
