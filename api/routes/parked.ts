import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listParked } from '#infra/platform/index.ts'
import { ParkedEvents } from '../contract.ts'
import { getDomain } from '../plugins/access.ts'
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
