/** The Kafka cluster as this platform sees it: who we are there, and what our topics and groups are called. */
import { Kafka, logLevel, type LogEntry } from 'kafkajs'
import type { Log } from '../contract.ts'
import type { Secret } from '../secret.ts'

export interface KafkaOptions {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[]
  /** Stands before each topic and group, so that several platforms can share a cluster; "" unless told. */
  readonly prefix?: string | undefined
  readonly tls?: boolean | undefined
  /** SCRAM-SHA-512. */
  readonly login?: { readonly username: string; readonly password: Secret } | undefined
  readonly clientId?: string | undefined
  readonly log: Log
}

/** A described cluster; nothing is connected until a relay or a consumer is. */
export interface KafkaCluster {
  readonly client: Kafka
  /** Our name of a topic or group → its name in the cluster. */
  toName(ours: string): string
  /** The other way round, for the topics that this platform subscribed to. */
  fromName(theirs: string): string
}

/** Few and quick: the relay and the consumers have their own, endless patience, and say so in the log. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 }

export function createKafka(options: KafkaOptions): KafkaCluster {
  const { brokers, prefix = '', tls = false, login, clientId = 'casehouse', log } = options
  const client = new Kafka({
    clientId,
    brokers: [...brokers],
    ssl: tls,
    ...(login === undefined
      ? {}
      : {
          sasl: {
            mechanism: 'scram-sha-512',
            username: login.username,
            password: login.password.reveal(),
          },
        }),
    retry: RETRY,
    connectionTimeout: 3_000,
    requestTimeout: 20_000,
    logLevel: logLevel.WARN,
    // What fails is thrown to us as well, and logged where it is dealt with; here it is only of use to somebody who looks for it.
    logCreator: () => (entry: LogEntry) =>
      log.debug({ kafka: entry.log.message, namespace: entry.namespace }, 'kafka client'),
  })
  return {
    client,
    toName: (ours) => `${prefix}${ours}`,
    fromName: (theirs) => theirs.slice(prefix.length),
  }
}
