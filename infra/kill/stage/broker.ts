/** Apache Kafka for the stage. Nobody of the platform keeps it, so the suite starts it again after it has killed it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startBroker, type Broker } from '../../deploy/kafka/index.ts'

/** Kept between runs: fetching takes 20 s. */
const JARS_DIR = resolve(import.meta.dirname, '../../../data/kafka')

export interface StagedBroker {
  readonly address: string
  pid(): number
  /** On the same port, with what it had on disk. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

/** @throws KAFKA_TOOL_MISSING, KAFKA_JARS_UNRESOLVED, KAFKA_BROKER_FAILED */
export async function stageBroker(): Promise<StagedBroker> {
  const dataDir = await mkdtemp(join(tmpdir(), 'casehouse-kill-kafka-'))
  let broker: Broker = await startBroker({ dataDir, jarsDir: JARS_DIR })
  const { address, port, controllerPort } = broker
  return {
    address,
    pid: () => broker.pid,
    async startAgain() {
      await broker.ended
      broker = await startBroker({ dataDir, jarsDir: JARS_DIR, port, controllerPort })
    },
    async stop() {
      await broker.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
