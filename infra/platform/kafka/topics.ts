/** Our topics in the cluster: made by the relay when it starts, never changed by us afterwards. */
import type { Topic } from '../contract.ts'
import type { KafkaCluster } from './client.ts'
import { toKafkaProblem } from './to-problem.ts'

export interface TopicOptions {
  /** Fixed for the life of a topic: with another number a key would move to another partition, and its order be lost. */
  readonly partitions: number
  /** Copies of each partition: 1 for a broker that is alone, 3 for a cluster. */
  readonly replicas: number
  readonly retentionHours: number
}

/** A form event carries the whole document, twice after an edit. The broker's `message.max.bytes` may cap it. */
export const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024

/**
 * Makes what is missing and leaves alone what is there.
 * @throws PLATFORM_KAFKA_UNREACHABLE
 */
export async function ensureTopics(
  { client, toName }: KafkaCluster,
  topics: readonly Topic[],
  { partitions, replicas, retentionHours }: TopicOptions,
): Promise<void> {
  const admin = client.admin()
  try {
    await admin.connect()
    const found = new Set(await admin.listTopics())
    const missing = topics.map(toName).filter((name) => !found.has(name))
    if (missing.length === 0) return
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          { name: 'max.message.bytes', value: String(LARGEST_MESSAGE_BYTES) },
          { name: 'retention.ms', value: String(retentionHours * 3_600_000) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        ],
      })),
    })
  } catch (error) {
    throw toKafkaProblem(error)
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}
