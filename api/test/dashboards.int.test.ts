import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiScenario } from './api-scenario.ts'
import type { ApiScenario } from './api-scenario.ts'

let pages: Server
let scenario: ApiScenario
let port: number
beforeAll(async () => {
  pages = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      response.writeHead(request.url === '/moved' ? 303 : 200, {
        'content-type': 'text/html',
        location: '/there',
      })
      response.end(`${request.method} ${request.url} ${request.headers.host} ${body}`)
    })
  })
  await new Promise<void>((done) => pages.listen(0, '127.0.0.1', done))
  const address = pages.address()
  port = typeof address === 'object' && address ? address.port : 0
  scenario = await createApiScenario({ dashboardsUrl: `http://127.0.0.1:${port}` })
})
afterAll(async () => {
  await scenario.close()
})

describe('pages', () => {
  it('come from the dashboards process, under our own address', async () => {
    const ask = async (url: string) => scenario.ask({ url, headers: { host: 'casehouse.test' } })
    expect((await ask('/')).raw.body).toBe('GET / casehouse.test ')
    expect((await ask('/a/demo/reports?x=1')).raw.body).toBe('GET /a/demo/reports?x=1 casehouse.test ')
    expect((await ask('/moved')).raw.headers.location).toBe('/there')
    const form = await scenario.api.inject({
      method: 'POST',
      url: '/login',
      payload: 'email=a',
      headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'casehouse.test' },
    })
    expect(form.body).toBe('POST /login casehouse.test email=a')
  })

  it('never answer for the API', async () => {
    expect((await scenario.ask({ url: '/api/nothing' })).body.code).toBe('API_ROUTE_MISSING')
    expect((await scenario.ask({ url: '/a/demo/api/nothing' })).body.code).toBe('API_ROUTE_MISSING')
  })

  it('are said to be starting while that process is away', async () => {
    await new Promise((done) => {
      pages.close(done)
      pages.closeAllConnections()
    })
    const { status, raw } = await scenario.ask({ url: '/' })
    expect([status, raw.headers['retry-after']]).toEqual([503, '2'])
    expect(raw.headers['content-type']).toContain('text/html')
    expect(raw.body).toContain('The pages are starting')
    expect((await scenario.ask({ url: '/health' })).body.missing).toContain('dashboards')
  })
})
