import { createPostgres, createWarehouseClient, measurePool } from '#infra/platform/index.ts'
import { applyWarehouseDdl, createLoader } from '#warehouse/index.ts'
import type { LoaderEnv } from './config.ts'
import type { StartRole } from './role.ts'

/** Carries the feed, out of Postgres or out of Kafka, into the warehouse, whose tables it makes first. */
export const startLoader: StartRole<LoaderEnv> = async (env, log, metrics, { tracing }) => {
  const postgres = createPostgres({ url: env.DATABASE_URL, applicationName: 'casehouse-loader' })
  measurePool(metrics, 'loader', postgres)
  const warehouse = createWarehouseClient({
    url: env.CLICKHOUSE_URL,
    username: env.CLICKHOUSE_OWNER_USER,
    password: env.CLICKHOUSE_OWNER_PASSWORD,
    database: env.CLICKHOUSE_DATABASE,
    applicationName: 'casehouse-loader',
  })
  await applyWarehouseDdl(warehouse)
  const options = { postgres, warehouse, log, metrics, tracing, now: () => new Date() }
  const { KAFKA_BROKERS } = env
  const loader =
    KAFKA_BROKERS === undefined
      ? createLoader(options)
      : (await import('./kafka.ts')).createKafkaLoader({ ...env, KAFKA_BROKERS }, options)
  const ended = loader.run()
  return {
    ended,
    async stop() {
      await loader.close()
      await ended
      await warehouse.close()
      await postgres.close()
    },
  }
}
