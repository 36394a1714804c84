/** The feed over Apache Kafka. Not part of `#infra/platform/index.ts`: only who composes processes chooses it, and only then is the client loaded. */
export { createKafka } from './client.ts'
export type { KafkaCluster, KafkaOptions } from './client.ts'
export { createKafkaConsumer } from './consumer.ts'
export type { KafkaConsumerOptions } from './consumer.ts'
export { createRelay, RELAY_CONSUMER } from './relay.ts'
export type { RelayOptions } from './relay.ts'
