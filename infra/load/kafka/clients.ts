/** Two clients doing the same: send messages of bytes in the order given, acknowledged by all copies; read them all back. Nothing of ours in between. */
import { randomUUID } from 'node:crypto'
import { Consumer, MessagesStreamModes, Producer } from '@platformatic/kafka'
import type { KafkaCluster } from '../../platform/kafka/index.ts'

export interface RawMessage {
  readonly topic: string
  readonly key: string
  readonly value: string
}

export interface RawClient {
  readonly name: string
  /** Sends request after request. @returns seconds */
  send(requests: readonly (readonly RawMessage[])[]): Promise<number>
  /** Reads until `count` messages have come. @returns seconds from the first message on, without joining the group */
  read(topics: readonly string[], count: number): Promise<number>
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000

export function createKafkajsClient({ client }: KafkaCluster): RawClient {
  return {
    name: 'kafkajs',
    async send(requests) {
      const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
      await producer.connect()
      const startedAt = performance.now()
      for (const request of requests) {
        const topics = Map.groupBy(request, ({ topic }) => topic)
        const topicMessages = [...topics].map(([topic, messages]) => ({ topic, messages }))
        await producer.sendBatch({ acks: -1, topicMessages })
      }
      const seconds = secondsSince(startedAt)
      await producer.disconnect()
      return seconds
    },
    async read(topics, count) {
      const consumer = client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 500 })
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      let [left, startedAt] = [count, Number.NaN]
      const seconds = await new Promise<number>((done) => {
        void consumer.run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            if (Number.isNaN(startedAt)) startedAt = performance.now()
            left -= batch.messages.length
            if (left <= 0) done(secondsSince(startedAt))
          },
        })
      })
      await consumer.disconnect()
      return seconds
    },
  }
}

export function createPlatformaticClient(brokers: readonly string[]): RawClient {
  const base = { clientId: 'bench', bootstrapBrokers: [...brokers] }
  return {
    name: '@platformatic/kafka',
    async send(requests) {
      const producer = new Producer({ ...base, idempotent: true, maxInflights: 1 })
      const startedAt = performance.now()
      for (const request of requests) {
        const messages = request.map(({ topic, key, value }) => ({
          topic,
          key: Buffer.from(key),
          value: Buffer.from(value),
        }))
        await producer.send({ acks: -1, messages })
      }
      const seconds = secondsSince(startedAt)
      await producer.close()
      return seconds
    },
    async read(topics, count) {
      const consumer = new Consumer({
        ...base,
        groupId: randomUUID(),
        maxWaitTime: 500,
        maxBytes: 10_485_760,
      })
      const stream = await consumer.consume({
        topics: [...topics],
        autocommit: false,
        mode: MessagesStreamModes.EARLIEST,
      })
      let [left, startedAt] = [count, Number.NaN]
      for await (const { offset } of stream) {
        if (Number.isNaN(startedAt)) startedAt = performance.now()
        if (offset >= 0n) left -= 1
        if (left === 0) break
      }
      const seconds = secondsSince(startedAt)
      await consumer.close(true)
      return seconds
    },
  }
}
