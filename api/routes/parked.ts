import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listParked, replayParked } from '#infra/platform/index.ts'
import { ParkedEvents, ReplayedEvents, ReplayParked } from '../contract.ts'
import { getDomain } from '../plugins/access.ts'
import { parkedGone } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { readInstant } from '../server/freshness.ts'

/** Events of a domain that a consumer could not use, without their content. */
export function parkedRoute(app: FastifyInstance, { postgres }: ApiDependencies): void {
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/a/:domain/api/v1/parked',
      permission: 'read',
      tag: 'operation',
      summary: 'Events that could not be used, waiting for a replay',
      params: z.object({ domain: z.string() }),
      answer: ParkedEvents,
    },
    async ({ request }) => {
      const as_of = await readInstant(postgres)
      const rows = await listParked(postgres, { domain: getDomain(request).domain })
      return {
        as_of,
        rows: rows.map((row) => ({
          parked_id: String(row.parkedId),
          consumer: row.consumer,
          topic: row.event.topic,
          event_key: row.event.eventKey,
          code: row.code,
          reason: row.reason,
          attempts: row.attempts,
          parked_at: row.parkedAt.toISOString(),
        })),
      }
    },
  )
}

/** Sent at a time; a request shall end. */
const MOST_REPLAYED = 1_000

/** Sends events of the domain again, once the cause is mended. Each goes to every consumer of its topic, which apply by version. */
export function replayRoute(app: FastifyInstance, { postgres }: ApiDependencies): void {
  defineRoute(
    app,
    {
      method: 'POST',
      url: '/a/:domain/api/v1/parked/replay',
      permission: 'edit',
      tag: 'operation',
      summary: 'Send one parked event again, or all with one code',
      params: z.object({ domain: z.string() }),
      body: ReplayParked,
      answer: ReplayedEvents,
    },
    async ({ request, body }) => {
      const { domain } = getDomain(request)
      const limit = MOST_REPLAYED + 1
      const meant = await listParked(postgres, { domain, code: body.code, parkedId: body.parked_id, limit })
      if (meant.length === 0) throw parkedGone({})
      const as_of = await readInstant(postgres)
      let replayed_events = 0
      for (const { consumer, parkedId } of meant.slice(0, MOST_REPLAYED)) {
        replayed_events += (await replayParked(postgres, { consumer, parkedId })).replayedEvents
      }
      return { as_of, replayed_events, has_more: meant.length > MOST_REPLAYED }
    },
  )
}
