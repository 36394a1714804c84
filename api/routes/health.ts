import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listConsumers } from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '#warehouse/contract.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

const TIMEOUT_MS = 2_000
/** The loader says that it lives at least this often. */
const HEARTBEAT_MS = 15_000

export const Health = z.object({
  status: z.enum(['ok', 'starting']),
  instance: z.string(),
  instance_id: z.string(),
  checks: z.record(z.string(), z.enum(['ok', 'missing'])),
  /** In words, what does not serve; empty when all does. */
  missing: z.array(z.string()),
})

type Check = () => Promise<boolean>

async function isOk(check: Check): Promise<boolean> {
  const timeout = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), TIMEOUT_MS).unref()
  })
  // What fails is missing; why is for the log of the process that fails.
  return Promise.race([check().catch(() => false), timeout])
}

function createChecks({
  postgres,
  warehouse,
  dashboardsUrl,
  now,
}: ApiDependencies): Readonly<Record<string, Check>> {
  const checks: Record<string, Check> = {
    postgres: async () => (await postgres.pool.query('select 1')).rowCount === 1,
    engine: async () =>
      (await warehouse.query({ query: 'select 1', format: 'JSONEachRow' })).json().then(() => true),
    loader: async () => {
      const loader = (await listConsumers(postgres)).find(({ name }) => name === LOADER_CONSUMER)
      return loader !== undefined && now().getTime() - loader.seenAt.getTime() < HEARTBEAT_MS
    },
  }
  if (dashboardsUrl !== null) {
    checks.dashboards = async () => {
      const response = await fetch(`${dashboardsUrl}/_app/version.json`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.body?.cancel()
      return response.status < 500
    }
  }
  return checks
}

/** `GET /health`: 200 only when everything serves, else 503 with the names of what is missing. */
export function healthRoute(app: FastifyInstance, dependencies: ApiDependencies): void {
  const checks = Object.entries(createChecks(dependencies))
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/health',
      permission: 'public',
      tag: 'operation',
      summary: 'Whether everything serves (200), or what is missing (503)',
      answer: Health,
    },
    async ({ reply }) => {
      const results = await Promise.all(
        checks.map(async ([name, check]) => [name, await isOk(check)] as const),
      )
      const missing = results.filter(([, ok]) => !ok).map(([name]) => name)
      const answer: z.infer<typeof Health> = {
        status: missing.length === 0 ? 'ok' : 'starting',
        instance: dependencies.instanceId,
        instance_id: dependencies.instanceId,
        checks: Object.fromEntries(results.map(([name, ok]) => [name, ok ? 'ok' : 'missing'])),
        missing,
      }
      return missing.length === 0 ? answer : reply.code(503).send(answer)
    },
  )
}
