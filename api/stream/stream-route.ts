import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { StreamTick } from '../contract.ts'
import { createPlaces } from '../limits/places.ts'
import { createEnter, getDomain } from '../plugins/access.ts'
import { streamsFull } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { readAsOf } from '../server/freshness.ts'
import { createLoadedNews } from './loaded.ts'

/** A sign of life, for proxies that close quiet connections; then it is also asked again whether the reader may still read. */
const HEARTBEAT_MS = 15_000
/** How long a browser waits before it connects again. */
const RECONNECT_MS = 2_000

function open(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'keep-alive',
  })
  reply.raw.write(`retry: ${RECONNECT_MS}\n\n`)
}

/** `GET /a/:domain/api/v1/stream`: an event for each range that becomes visible in the warehouse. */
export function streamRoute(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { postgres, log } = dependencies
  const enter = createEnter(dependencies)
  const news = createLoadedNews({ postgres, log })
  const streams = new Set<() => void>()
  const places = createPlaces({
    what: 'stream',
    boundOf: dependencies.limits.boundOf,
    total: 'streams.open',
    ofSpace: 'streams.space_open',
    metrics: dependencies.metrics,
    retryAfterSeconds: HEARTBEAT_MS / 1_000,
    toProblem: streamsFull,
  })

  // The page connects again, and reaches the process that has taken over.
  app.retirement.addEventListener('abort', () => {
    for (const end of streams) end()
  })
  app.addHook('preClose', async () => {
    news.close()
    for (const end of streams) end()
  })

  defineRoute(
    app,
    {
      method: 'GET',
      url: '/a/:domain/api/v1/stream',
      permission: 'read',
      tag: 'reports',
      summary: 'Server-sent events: what has become visible, and a sign of life every 15 seconds',
      params: z.object({ domain: z.string() }),
      answerType: 'text/event-stream',
    },
    async ({ request, reply }) => {
      const { domain } = getDomain(request)
      const asOf = await readAsOf(postgres)
      const leave = places.take(domain)
      open(reply)
      const { raw } = reply
      const send = (tick: StreamTick) => {
        // A reader too slow for its own events is cut off and connects again.
        if (raw.writableLength > 1_000_000) end()
        else raw.write(`event: tick\ndata: ${JSON.stringify(tick)}\n\n`)
      }
      const unfollow = news.follow(domain, send)
      const heartbeat = setInterval(() => {
        enter(request, 'read')
          .then(async () => send({ as_of: await readAsOf(postgres), forms: 0, cases: 0 }))
          .catch(end)
      }, HEARTBEAT_MS)
      function end(): void {
        clearInterval(heartbeat)
        leave()
        unfollow()
        streams.delete(end)
        raw.end()
      }
      streams.add(end)
      raw.once('close', end)
      send({ as_of: asOf, forms: 0, cases: 0 })
      return reply
    },
  )
}
