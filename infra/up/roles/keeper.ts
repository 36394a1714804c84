import { createPostgres, createWarehouseClient, measurePool } from '#infra/platform/index.ts'
import { startAuditing } from './auditing.ts'
import { openArchive, toArchiveSettings } from './archive.ts'
import type { KeeperEnv } from './config.ts'
import { startPruning } from './prune.ts'
import type { StartRole } from './role.ts'

/** Keeps house beside the streams: everything that is done now and then, and that nobody waits for. */
export const startKeeper: StartRole<KeeperEnv> = async (env, log, metrics) => {
  const postgres = createPostgres({ url: env.DATABASE_URL, applicationName: 'casehouse-keeper' })
  measurePool(metrics, 'keeper', postgres)
  const warehouse = createWarehouseClient({
    url: env.CLICKHOUSE_URL,
    username: env.CLICKHOUSE_READER_USER,
    password: env.CLICKHOUSE_READER_PASSWORD,
    database: env.CLICKHOUSE_DATABASE,
    applicationName: 'casehouse-keeper',
  })
  const settings = toArchiveSettings(env.CASEHOUSE_ARCHIVE_AFTER_MINUTES)
  const archive = await openArchive(env, { postgres, log, settings })
  const stopArchiving = archive?.start(metrics)
  const stopPruning = startPruning({ postgres, log })
  const stopAuditing = startAuditing({
    postgres,
    warehouse,
    readMember: archive?.readMember,
    log,
    metrics,
  })
  return {
    async stop() {
      await Promise.all([stopAuditing(), stopPruning(), stopArchiving?.()])
      archive?.close()
      await warehouse.close()
      await postgres.close()
    },
  }
}
