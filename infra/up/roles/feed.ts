import { createPostgres, measurePool } from '#infra/platform/index.ts'
import { createRelay } from '../../platform/kafka/index.ts'
import type { FeedEnv } from './config.ts'
import { toKafka } from './kafka.ts'
import type { StartRole } from './role.ts'

/** Publishes the outbox to Kafka. One is active, more stand by. */
export const startFeed: StartRole<FeedEnv> = async (env, log, metrics, { tracing }) => {
  const postgres = createPostgres({ url: env.DATABASE_URL, applicationName: 'casehouse-feed' })
  measurePool(metrics, 'feed', postgres)
  const relay = createRelay({
    postgres,
    kafka: toKafka(env, 'casehouse-feed', log),
    log,
    metrics,
    tracing,
    newTopics: {
      partitions: env.KAFKA_PARTITIONS,
      replicas: env.KAFKA_REPLICAS,
      retentionHours: env.KAFKA_RETENTION_HOURS,
    },
  })
  const ended = relay.run()
  return {
    ended,
    async stop() {
      await relay.close()
      await ended
      await postgres.close()
    },
  }
}
