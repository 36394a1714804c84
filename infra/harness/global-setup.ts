/** Before the first `int` test: one Postgres with a migrated template, one ClickHouse engine; both end with the run. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres, type RunningPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate } from '#infra/platform/index.ts'
import { startEngineProcess } from './engine-process.ts'
import { TEMPLATE_DATABASE, type PostgresPlace } from './place.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')

/** The data lasts for one run, so nothing need survive a power cut: tests that need that start a server of their own. */
const FAST_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '200',
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'casehouse-test-'))
  // Postgres may run as another user, who must be able to pass through.
  await chmod(folder, 0o711)
  const log = createLog({ name: 'harness', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log, settings: FAST_SETTINGS }).catch(
    async (error: unknown) => {
      await rm(folder, { recursive: true, force: true })
      throw error
    },
  )
  const place: PostgresPlace = { ...server.connection, password: server.connection.password.reveal() }
  await createTemplate(server)
  const engine = await startEngineProcess(join(folder, 'ch'))
  project.provide('postgresPlace', place)
  project.provide('enginePlace', engine.place)
  return async () => {
    await engine.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function createTemplate(server: RunningPostgres): Promise<void> {
  const admin = createPostgres({ ...server.connection, maxConnections: 1 })
  await admin.pool.query(`create database ${TEMPLATE_DATABASE}`)
  await admin.close()
  const template = createPostgres({ ...server.connection, database: TEMPLATE_DATABASE, maxConnections: 1 })
  await migrate(template, [REPOSITORY])
  await template.close()
}
