import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiScenario, createPeople, OPERATOR } from './api-scenario.ts'
import type { ApiScenario, Ask, People } from './api-scenario.ts'

interface Operations {
  readonly [method: string]: {
    readonly parameters: readonly { name: string; in: string; description?: string }[]
    readonly requestBody?: { readonly content: Record<string, unknown> }
  }
}

let scenario: ApiScenario
let ours: People
let theirs: People
beforeAll(async () => {
  scenario = await createApiScenario()
  ours = await createPeople(scenario, 'ours')
  theirs = await createPeople(scenario, 'theirs')
})
afterAll(async () => {
  await scenario.close()
})

/** Every route with a domain, with that domain put in and harmless values for the rest. */
function routesOf(domain: string) {
  return scenario.api.routeList
    .filter(
      ({ url, method, permission }) =>
        url.includes(':domain') && method !== 'HEAD' && permission !== 'public',
    )
    .map(({ url, method, permission }) => ({
      method: method as NonNullable<Ask['method']>,
      permission,
      url: url.replace(':domain', domain).replaceAll(/:\w+/g, 'some-id'),
    }))
}

describe('every route', () => {
  it('names the permission it needs', () => {
    expect(scenario.api.routeList.length).toBeGreaterThan(30)
    expect(scenario.api.routeList.filter(({ permission }) => permission === undefined)).toEqual([])
  })

  it('shows nothing to the people of another domain, and nothing to nobody', async () => {
    const { operator: _operator, ...strangers } = theirs.credentials
    const routes = routesOf('ours')
    expect(routes.length).toBeGreaterThan(20)
    for (const { method, url } of routes) {
      for (const [who, credentials] of Object.entries(strangers)) {
        const answer = await scenario.ask({
          method,
          url,
          ...credentials,
          body: method === 'GET' ? undefined : {},
        })
        expect([method, url, who, [401, 403, 404].includes(answer.status)]).toEqual([method, url, who, true])
        expect(answer.raw.body).not.toContain('Title of ours')
      }
      expect((await scenario.ask({ method, url })).status).toBe(401)
    }
  }, 120_000)

  it('answers a stranger the same whether the domain exists', async () => {
    const known = await scenario.ask({ url: '/a/ours/api/v1/filters', ...theirs.credentials.admin })
    const unknown = await scenario.ask({ url: '/a/nowhere/api/v1/filters', ...theirs.credentials.admin })
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
  })
})

describe('permissions', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    admin: ['read', 'submit', 'edit', 'admin'],
    adminCookie: ['read', 'submit', 'edit', 'admin'],
    adminKey: ['read', 'submit', 'edit', 'admin'],
    operator: ['read', 'submit', 'edit', 'admin', 'operator'],
    reader: ['read'],
    readerCookie: ['read'],
    readerKey: ['read'],
    worker: ['read', 'submit'],
    workerFull: ['read', 'submit'],
  }

  it('lets each way in do what it may, and no more', async () => {
    const routes = [
      ...routesOf('ours'),
      { method: 'GET', url: '/api/admin/domains', permission: 'operator' } as const,
    ]
    for (const { method, url, permission } of routes) {
      if (url.endsWith('/stream')) continue
      for (const [who, credentials] of Object.entries(ours.credentials)) {
        // Without a domain in the address, a short username names nobody.
        if (permission === 'operator' && who === 'worker') continue
        const answer = await scenario.ask({
          method,
          url,
          ...credentials,
          body: method === 'GET' ? undefined : {},
        })
        const isRefused = answer.status === 403
        expect([url, who, isRefused]).toEqual([url, who, !allowed[who]?.includes(String(permission))])
        expect(answer.status).not.toBe(401)
      }
    }
  }, 120_000)

  it('takes no wrong password, key, token or cookie', async () => {
    const url = '/a/ours/api/v1/parked'
    const wrong: readonly Partial<Ask>[] = [
      { as: 'Bearer nope' },
      { as: 'Basic bm8=' },
      { as: `Basic ${Buffer.from('asha-ours:no').toString('base64')}` },
      { as: `Basic ${Buffer.from('nobody@example.org:no').toString('base64')}` },
      { as: 'ApiKey admin-key:0000' },
      { as: theirs.credentials.adminKey.as.replace('admin-key', 'reader-key') },
      { as: 'Digest username="x"' },
      { as: '', cookie: 'casehouse_session=nope' },
    ]
    for (const credentials of wrong) {
      const answer = await scenario.ask({ url, ...credentials })
      expect([credentials, answer.status]).toEqual([credentials, 401])
    }
  })

  it('asks for basic authentication where programs read', async () => {
    const answer = await scenario.ask({ url: '/a/ours/api/v0.5/form/' })
    expect([answer.status, answer.raw.headers['www-authenticate']]).toEqual([401, 'Basic realm=""'])
    const page = await scenario.ask({ url: '/a/ours/api/v1/filters' })
    expect([page.status, page.raw.headers['www-authenticate']]).toEqual([401, undefined])
  })
})

describe('writes with a cookie', () => {
  const url = '/api/admin/domains/ours/groups'
  it('must come from our own pages', async () => {
    const ask = async (headers: Record<string, string>, name: string) =>
      (await scenario.ask({ method: 'POST', url, ...ours.credentials.adminCookie, headers, body: { name } }))
        .status
    expect(await ask({ origin: 'http://evil.example' }, 'a')).toBe(403)
    expect(await ask({ 'sec-fetch-site': 'cross-site' }, 'b')).toBe(403)
    expect(await ask({ origin: 'null' }, 'c')).toBe(403)
    expect(
      await ask(
        { origin: 'http://localhost:80', host: 'localhost:80', 'sec-fetch-site': 'same-origin' },
        'd',
      ),
    ).toBe(201)
    expect(await ask({}, 'e')).toBe(201)
  })

  it('end with the session', async () => {
    const signIn = await scenario.ask({
      method: 'POST',
      url: '/api/session',
      body: { email: 'admin@ours.example.org', password: 'correct horse battery' },
    })
    const cookie = String(signIn.raw.headers['set-cookie']).split(';', 1)[0]
    expect((await scenario.ask({ method: 'DELETE', url: '/api/session', cookie })).status).toBe(204)
    expect((await scenario.ask({ url: '/api/session', cookie })).status).toBe(401)
  })
})

describe('problems', () => {
  it('have the status of HTTP where it has one', async () => {
    const post = async (payload: string, type: string) =>
      scenario.api.inject({ method: 'POST', url: '/api/session', payload, headers: { 'content-type': type } })
    const cases = [
      [await post('{"canary"', 'application/json'), 400, 'API_BODY_MALFORMED'],
      [await post('canary', 'text/csv'), 415, 'API_MEDIA_TYPE_UNSUPPORTED'],
      [await post(`"${'canary'.repeat(1_000_000)}"`, 'application/json'), 413, 'API_BODY_TOO_LARGE'],
      [await post('{"email":{"canary":1}}', 'application/json'), 400, 'API_REQUEST_INVALID'],
      [await scenario.api.inject({ url: '/api/canary' }), 404, 'API_ROUTE_MISSING'],
      [await scenario.api.inject({ url: '/canary' }), 404, 'API_ROUTE_MISSING'],
      [await scenario.api.inject({ method: 'PUT', url: '/api/session' }), 405, 'API_METHOD_NOT_ALLOWED'],
    ] as const
    for (const [answer, status, code] of cases) {
      expect([answer.statusCode, answer.json().code]).toEqual([status, code])
      expect(answer.body).not.toContain('canary')
      expect(answer.headers['x-request-id']).toBeTypeOf('string')
    }
    expect(cases[6][0].headers.allow).toBe('DELETE, GET, HEAD, POST')
  })

  it('are said about NUL, wherever it stands', async () => {
    const nul = Buffer.from('a\u0000b:c').toString('base64')
    const cases = [
      [{ url: '/a/ours/api/v1/parked', as: `Basic ${nul}` }, 401],
      [{ url: '/a/ou%00rs/api/v1/parked', ...ours.credentials.admin }, 403],
      [{ url: '/a/ours/api/v1/forms/a%00b', ...ours.credentials.admin }, 400],
      [{ url: '/a/ours/api/v0.5/form/?xmlns=a%00b', ...ours.credentials.admin }, 400],
      [{ method: 'POST', url: '/api/session', body: { email: 'a\u0000@b.c', password: 'x' } }, 400],
      [
        {
          method: 'PUT',
          url: '/api/admin/domains/ours/workers/x',
          body: { first_name: '\u0000' },
          ...ours.credentials.admin,
        },
        400,
      ],
    ] as const
    for (const [request, status] of cases) {
      expect([request.url, (await scenario.ask(request)).status]).toEqual([request.url, status])
    }
  })

  it('show no insides, only the request id, when we fail', async () => {
    const answer = await scenario.ask({ url: '/a/ours/api/v1/filters', ...ours.credentials.reader })
    expect([answer.status, answer.body.code]).toEqual([503, 'PLATFORM_WAREHOUSE_UNREACHABLE'])
    expect(answer.raw.body).not.toMatch(/127\.0\.0\.1|select|details/)
  })
})

describe('documents', () => {
  it('describe every route that they should', async () => {
    const { body } = await scenario.ask({ url: '/api/openapi.json' })
    expect(body.openapi).toBe('3.1.0')
    const paths = body.paths as Record<string, Record<string, { parameters: { name: string; in: string }[] }>>
    const activity = paths['/a/{domain}/api/v1/reports/worker_activity']?.get
    expect(activity?.parameters.map(({ name }) => name)).toEqual([
      'domain',
      'view_by',
      'emw',
      'case_type',
      'startdate',
      'enddate',
    ])
    expect(Object.keys(paths)).toContain('/a/{domain}/api/v0.5/form')
    for (const [path, operations] of Object.entries(paths)) {
      for (const { parameters } of Object.values(operations)) {
        const named = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`)
        expect([path, named.filter((name) => path.includes(name)).length]).toEqual([
          path,
          path.split('{').length - 1,
        ])
      }
    }
  })

  it('describe the receiver and every filter of the lists', async () => {
    const paths = (await scenario.ask({ url: '/api/openapi.json' })).body.paths as Record<string, Operations>
    const content = paths['/a/{domain}/receiver']?.post?.requestBody?.content
    expect(Object.keys(content ?? {})).toEqual(['multipart/form-data', 'text/xml'])
    const form = paths['/a/{domain}/api/v0.5/form']?.get?.parameters ?? []
    const names = form.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['limit', 'order_by', 'received_on_start', 'xmlns']))
    expect(form.filter((one) => one.in === 'query' && one.description === undefined)).toEqual([])
  })

  it('give commands that a shell can run as they are', async () => {
    const { raw } = await scenario.ask({ url: '/api/docs' })
    const commands = [...raw.body.matchAll(/<h3>Try it<\/h3><pre[^>]*>(.*?)<\/pre>/gs)].map(
      (match) => match[1],
    )
    expect(commands.length).toBeGreaterThan(40)
    // Braces would be patterns to curl, and a colon would be sent as it is.
    for (const command of commands) expect(command).toMatch(/&quot;\$CASEHOUSE\/[\w./$-]*&quot;$/)
  })

  it('are a page that loads nothing from elsewhere', async () => {
    const { raw } = await scenario.ask({ url: '/api/docs' })
    expect(raw.headers['content-type']).toContain('text/html')
    expect(raw.body).toContain('/a/{domain}/api/v0.5/case')
    expect(raw.body).not.toMatch(/<script|src=|<link/)
  })

  it('keep counters from strangers', async () => {
    const remote = { remoteAddress: '10.0.0.9' }
    expect((await scenario.api.inject({ url: '/metrics', ...remote })).statusCode).toBe(401)
    const metrics = await scenario.api.inject({
      url: '/metrics',
      ...remote,
      headers: { authorization: OPERATOR },
    })
    expect(metrics.body).toContain('api_request_seconds_bucket')
  })
})
