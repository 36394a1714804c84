/** Before the first test of `npm run test:kafka`: one Kafka broker for all files, gone with the run. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startBroker } from '#infra/deploy/kafka/index.ts'

/** Kept between runs: fetching takes 20 s. */
export const JARS_DIR = resolve(import.meta.dirname, '../../../data/kafka')

declare module 'vitest' {
  interface ProvidedContext {
    kafkaBroker: string
    kafkaJars: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'casehouse-kafka-'))
  const broker = await startBroker({ dataDir: folder, jarsDir: JARS_DIR })
  project.provide('kafkaBroker', broker.address)
  project.provide('kafkaJars', JARS_DIR)
  return async () => {
    await broker.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
