/** What the roles do with Kafka; loaded only where `KAFKA_BROKERS` is set. */
import type { FeedConsumer, Log } from '#infra/platform/contract.ts'
import { createLoaderOver, type LoaderOptions } from '#warehouse/index.ts'
import { createKafka, createKafkaConsumer, type KafkaCluster } from '../../platform/kafka/index.ts'
import type { FeedEnv } from './config.ts'

type KafkaEnv = Pick<
  FeedEnv,
  'KAFKA_BROKERS' | 'KAFKA_TOPIC_PREFIX' | 'KAFKA_TLS' | 'KAFKA_USERNAME' | 'KAFKA_PASSWORD'
>

/** Ranges of different partitions on their way into the warehouse at the same time. */
const PARALLEL_RANGES = 3

export function toKafka(env: KafkaEnv, clientId: string, log: Log): KafkaCluster {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = env
  return createKafka({
    brokers: env.KAFKA_BROKERS,
    prefix: env.KAFKA_TOPIC_PREFIX,
    tls: env.KAFKA_TLS,
    login: username === undefined || password === undefined ? undefined : { username, password },
    clientId,
    log,
  })
}

/** The loader as a member of a consumer group: several share the partitions. */
export function createKafkaLoader(env: KafkaEnv, options: LoaderOptions): FeedConsumer {
  const { postgres, log } = options
  const kafka = toKafka(env, 'casehouse-loader', log)
  return createLoaderOver(options, (consumer) =>
    createKafkaConsumer({ ...consumer, kafka, postgres, log, maxParallelRanges: PARALLEL_RANGES }),
  )
}
