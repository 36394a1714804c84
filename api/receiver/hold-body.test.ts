import { request as ask } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installProblems } from '../plugins/problems.ts'
import { createHeldBodies } from './hold-body.ts'

const MB = 1024 * 1024
const app: FastifyInstance = fastify()
let url: string

beforeAll(async () => {
  installProblems(app)
  const bodies = createHeldBodies(app, { maxHeldBytes: 4 * MB })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
    bodies.read(request, payload, 5 * MB),
  )
  app.post('/', async (request) => ({ length: Buffer.isBuffer(request.body) ? request.body.length : -1 }))
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

const headers = { 'content-type': 'text/xml' }
const post = async (bytes: number): Promise<number> => {
  const answer = await fetch(url, { method: 'POST', headers, body: Buffer.alloc(bytes, 'x') })
  await answer.text()
  return answer.status
}

/** Sends part of a body, and waits until it must have been read. */
async function begin(bytes: number): Promise<ClientRequest> {
  const begun = ask(url, { method: 'POST', headers: { ...headers, 'content-length': 5 * MB } })
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
  expect([await post(3 * MB), await post(MB)]).toEqual([503, 200])
  first.destroy()
  await expect.poll(() => post(5 * MB)).toBe(200)
})
