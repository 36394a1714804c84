import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createHealthChecks, createReadStages } from '../health/read-health.ts'
import { Stage } from '../health/stage.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

export const Health = z.object({
  /** `ok`; `degraded`: all serves, and something is behind; `starting`: something does not serve, at the start or later. */
  status: z.enum(['ok', 'degraded', 'starting']),
  instance: z.string(),
  instance_id: z.string(),
  /** Of every stage that must serve, whether it does. */
  checks: z.record(z.string(), z.enum(['ok', 'missing'])),
  /** In words, what does not serve; empty when all does. */
  missing: z.array(z.string()),
  /** Every stage of a form's way, in its order. */
  stages: z.array(Stage),
})

/** Without these nothing comes in, or nothing becomes visible. What else there is works at its own pace, and is never a reason for 503. */
const NEEDED: ReadonlySet<string> = new Set([
  'receiver',
  'postgres',
  'relay',
  'loader',
  'engine',
  'dashboards',
])

/** `GET /health`: 200 when everything serves, else 503 with the names of what is missing. Being behind is no reason for 503. */
export function healthRoute(app: FastifyInstance, dependencies: ApiDependencies): void {
  const readStages = createReadStages(createHealthChecks(dependencies))
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/health',
      permission: 'public',
      tag: 'operation',
      summary: 'Whether everything serves (200) or what is missing (503), and how far each stage is behind',
      answer: Health,
    },
    async ({ reply }) => {
      const stages = await readStages()
      const needed = stages.filter(({ stage }) => NEEDED.has(stage))
      const missing = needed.filter(({ state }) => state === 'down').map(({ stage }) => stage)
      const isBehind = stages.some(({ state }) => state !== 'ok')
      const answer: z.infer<typeof Health> = {
        status: missing.length > 0 ? 'starting' : isBehind ? 'degraded' : 'ok',
        instance: dependencies.instanceId,
        instance_id: dependencies.instanceId,
        checks: Object.fromEntries(
          needed.map(({ stage, state }) => [stage, state === 'down' ? 'missing' : 'ok']),
        ),
        missing,
        stages: [...stages],
      }
      return missing.length === 0 ? answer : reply.code(503).send(answer)
    },
  )
}
