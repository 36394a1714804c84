import { Secret } from '#infra/platform/index.ts'
import { measureEngine, startEngine } from '#warehouse/index.ts'
import type { WarehouseEnv } from './config.ts'
import type { StartRole } from './role.ts'

const login = (username: string, password: Secret) => ({ username, password: password.reveal() })

/** The embedded ClickHouse: the only process that may open its folder. */
export const startWarehouse: StartRole<WarehouseEnv> = async (env, log, metrics) => {
  const engine = await startEngine({
    path: env.CASEHOUSE_ENGINE_DATA,
    host: env.CASEHOUSE_ENGINE_HOST,
    port: env.CASEHOUSE_ENGINE_PORT,
    logins: {
      owner: login(env.CLICKHOUSE_OWNER_USER, env.CLICKHOUSE_OWNER_PASSWORD),
      reader: login(env.CLICKHOUSE_READER_USER, env.CLICKHOUSE_READER_PASSWORD),
    },
    log,
  })
  measureEngine(metrics, engine.numbers)
  return { stop: () => engine.close() }
}
