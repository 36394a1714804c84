/** The feed over Kafka for one test: a database and topics of its own on the broker of the run, and a relay in between. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createTestDatabase } from '#infra/harness/index.ts'
import { createLog, type Log } from '#infra/platform/index.ts'
import { createKafka, createKafkaConsumer, createRelay, type KafkaCluster } from '../kafka/index.ts'
import type { FeedUnderTest } from './feed-contract.ts'

export const SILENT: Log = createLog({ name: 'test', level: 'silent' })

export interface KafkaFeed extends FeedUnderTest {
  readonly kafka: KafkaCluster
}

export interface KafkaFeedOptions {
  readonly broker?: string
  readonly withRelay?: boolean
}

export async function openKafkaFeed({ broker, withRelay = true }: KafkaFeedOptions = {}): Promise<KafkaFeed> {
  const database = await createTestDatabase()
  const place = { brokers: [broker ?? inject('kafkaBroker')], prefix: `t${randomBytes(4).toString('hex')}.` }
  const kafka = createKafka({ ...place, log: SILENT })
  const relay = createRelay({
    postgres: database.connect(),
    kafka,
    log: SILENT,
    newTopics: { partitions: 3 },
  })
  const relaying = withRelay ? relay.run() : Promise.resolve()
  return {
    database,
    kafka,
    childPlace: { kafka: place },
    slowMs: 7_500,
    consume: (options) =>
      createKafkaConsumer({
        ...options,
        kafka,
        postgres: database.connect(),
        log: SILENT,
        sessionTimeoutMs: 6_000,
      }),
    close: async () => {
      await relay.close()
      await relaying
      await database.drop()
    },
  }
}
