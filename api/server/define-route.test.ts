import fastify from 'fastify'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { Problem } from '#infra/platform/index.ts'
import { defineRoute } from './define-route.ts'

it('tells of an answer that does not fit where it is, without the names that people gave', async () => {
  const app = fastify()
  let thrown: unknown
  app.setErrorHandler((error, _request, reply) => {
    thrown = error
    return reply.code(500).send()
  })
  const answer = z.object({ properties: z.record(z.string(), z.string()) })
  const spec = { method: 'GET', url: '/x', permission: 'public', tag: 'x', summary: 'x', answer } as const
  defineRoute(app, spec, async () => JSON.parse('{"properties":{"canary":1}}') as z.input<typeof answer>)
  expect((await app.inject('/x')).statusCode).toBe(500)
  expect(thrown).toBeInstanceOf(Problem)
  expect(thrown).toMatchObject({ code: 'API_ANSWER_UNFIT', details: { part: 'properties', depth: 2 } })
  expect(JSON.stringify([thrown, String(thrown)])).not.toContain('canary')
  await app.close()
})
