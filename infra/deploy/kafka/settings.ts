/** The `server.properties` of one broker that is its own controller (KRaft), on loopback. Pure. */

/** Largest message in bytes: a form event carries the whole document, twice after an edit. Clients and topics use the same number. */
export const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024

export interface BrokerPlace {
  readonly dataDir: string
  readonly port: number
  readonly controllerPort: number
}

export function toServerProperties({ dataDir, port, controllerPort }: BrokerPlace): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'log.dirs': dataDir,
    // A misspelt topic shall be an error, not a topic.
    'auto.create.topics.enable': false,
    'message.max.bytes': LARGEST_MESSAGE_BYTES,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.retention.hours': 168,
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
