import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listConsumers, replayParked } from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '#warehouse/contract.ts'
import { parkedMissing } from '../../problems.ts'
import { defineRoute } from '../../server/define-route.ts'
import type { ApiDependencies } from '../../server/dependencies.ts'

const FeedAnswer = z.object({
  consumers: z.array(
    z.object({
      name: z.string(),
      topics: z.array(z.string()),
      position: z.object({ xid: z.string(), seq: z.string() }),
      as_of: z.string().nullable(),
      delivered_events: z.number(),
      waiting_events: z.number(),
      parked_events: z.number(),
      lag_seconds: z.number(),
      seen_at: z.string(),
    }),
  ),
})
const ReplayBody = z.object({
  consumer: z.string().default(LOADER_CONSUMER),
  parked_id: z.number().int().optional(),
})
const ReplayAnswer = z.object({
  consumer: z.string(),
  replayed_events: z.number(),
  parked_events: z.number(),
})

/** The stream as operators see it. */
export function feedRoutes(app: FastifyInstance, { postgres }: ApiDependencies): void {
  const shared = { permission: 'operator', tag: 'operation' } as const
  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      url: '/api/admin/feed',
      summary: 'How far every consumer is',
      answer: FeedAnswer,
    },
    async () => {
      const consumers = await listConsumers(postgres)
      return {
        consumers: consumers.map((consumer) => ({
          name: consumer.name,
          topics: [...consumer.topics],
          position: { ...consumer.position },
          as_of: consumer.asOf?.toISOString() ?? null,
          delivered_events: consumer.deliveredEvents,
          waiting_events: consumer.waitingEvents,
          parked_events: consumer.parkedEvents,
          lag_seconds: consumer.lagSeconds,
          seen_at: consumer.seenAt.toISOString(),
        })),
      }
    },
  )
  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: '/api/admin/feed/replay',
      summary: 'Send parked events again',
      body: ReplayBody,
      answer: ReplayAnswer,
    },
    async ({ body }) => {
      const { consumer, parked_id: parkedId } = body
      const result = await replayParked(postgres, { consumer, parkedId })
      if (parkedId !== undefined && result.replayedEvents + result.parkedEvents === 0)
        throw parkedMissing({ consumer, parkedId })
      return {
        consumer,
        replayed_events: result.replayedEvents,
        parked_events: result.parkedEvents,
      }
    },
  )
}
