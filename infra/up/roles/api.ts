import { randomUUID } from 'node:crypto'
import { createApi } from '#api/index.ts'
import { createPostgres, createWarehouseClient, measurePool } from '#infra/platform/index.ts'
import type { ApiEnv } from './config.ts'
import type { StartRole } from './role.ts'

/** The HTTP side. Several may listen on one port: the system shares the connections out among them. */
export const startApi: StartRole<ApiEnv> = async (env, log, metrics) => {
  const postgres = createPostgres({
    url: env.DATABASE_URL,
    applicationName: 'casehouse-api',
    maxConnections: 20,
  })
  measurePool(metrics, 'api', postgres)
  const warehouse = createWarehouseClient({
    url: env.CLICKHOUSE_URL,
    username: env.CLICKHOUSE_READER_USER,
    password: env.CLICKHOUSE_READER_PASSWORD,
    database: env.CLICKHOUSE_DATABASE,
    applicationName: 'casehouse-api',
  })
  const app = await createApi({
    postgres,
    warehouse,
    log,
    operatorToken: env.CASEHOUSE_OPERATOR_TOKEN,
    dashboardsUrl: env.CASEHOUSE_DASHBOARDS_URL ?? null,
    now: () => new Date(),
    instanceId: env.CASEHOUSE_INSTANCE_ID ?? randomUUID(),
    publicUrl: env.CASEHOUSE_PUBLIC_URL,
    metrics,
  })
  const reusePort = process.platform === 'linux'
  await app.listen({
    host: env.CASEHOUSE_HOST,
    port: env.CASEHOUSE_PORT,
    ...(reusePort ? { reusePort } : {}),
  })
  return {
    async stop() {
      await app.close()
      await warehouse.close()
      await postgres.close()
    },
  }
}
