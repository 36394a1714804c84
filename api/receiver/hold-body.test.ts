import { request as ask } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMetrics } from '#infra/platform/index.ts'
import type { DomainRecord } from '#tenants/contract.ts'
import { installProblems } from '../plugins/problems.ts'
import { createHeldBodies } from './hold-body.ts'

const MB = 1024 * 1024
const metrics = createMetrics({ role: 'test' })
const bounds = { bytes: 6 * MB, spaceBytes: 5 * MB, requests: 4, spaceRequests: 2 }
const app: FastifyInstance = fastify()
let url: string

beforeAll(async () => {
  installProblems(app)
  app.decorateRequest('domain', null)
  app.addHook('onRequest', async (request) => {
    // Nothing but the name is looked at here.
    request.domain = { domain: String(request.headers['x-space'] ?? 'a') } as DomainRecord
  })
  const bodies = createHeldBodies(app, { boundsOf: () => bounds, metrics })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
    bodies.read(request, payload, 5 * MB),
  )
  app.post('/', async (request) => ({ length: Buffer.isBuffer(request.body) ? request.body.length : -1 }))
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

const headers = { 'content-type': 'text/xml' }
async function post(bytes: number, space = 'a'): Promise<number> {
  const body = Buffer.alloc(bytes, 'x')
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'x-space': space }, body })
  await answer.text()
  return answer.status
}

/** Sends part of a body, and waits until it must have been read. */
async function begin(bytes: number, space = 'a'): Promise<ClientRequest> {
  const begun = ask(url, {
    method: 'POST',
    headers: { ...headers, 'x-space': space, 'content-length': 5 * MB },
  })
  begun.on('error', () => undefined)
  await new Promise<void>((sent) => begun.write(Buffer.alloc(bytes, 'x'), () => sent()))
  await new Promise((wait) => setTimeout(wait, 100))
  return begun
}

it('reads whole bodies, one after the other, as many as come', async () => {
  for (const bytes of [1, 5 * MB, 5 * MB, 5 * MB]) expect(await post(bytes)).toBe(200)
  expect(await post(5 * MB + 1)).toBe(413)
  expect((await app.inject({ method: 'POST', url: '/', headers, payload: 'abc' })).json()).toEqual({
    length: 3,
  })
})

it('refuses large ones while others hold too much, never small ones, and goes on afterwards', async () => {
  const first = await begin(4 * MB)
  expect([await post(3 * MB), await post(200_000)]).toEqual([429, 200])
  expect(await post(1_500_000, 'b')).toBe(200)
  expect(await metrics.text()).toMatch(/api_bodies_bytes\{[^}]*\} [1-9]/)
  first.destroy()
  await expect.poll(() => post(5 * MB)).toBe(200)
  expect(await metrics.text()).toMatch(/api_bodies_bytes\{[^}]*\} 0/)
})

it('leaves room to the other spaces when one has many under way, and has an end for all', async () => {
  const ofOne = [await begin(10), await begin(10)]
  expect([await post(10), await post(10, 'b')]).toEqual([429, 200])
  const ofOther = [await begin(10, 'b'), await begin(10, 'b')]
  expect(await post(10, 'c')).toBe(429)
  for (const begun of [...ofOne, ...ofOther]) begun.destroy()
  await expect.poll(() => post(10, 'c')).toBe(200)
  expect(await metrics.text()).toMatch(/api_bodies_requests\{[^}]*\} 0/)
})
