/** A ClickHouse database of its own for a test file, with the warehouse's tables, on the engine of the test run. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createWarehouseClient, type WarehouseClient } from '#infra/platform/index.ts'
import { refuseUnlessTest } from './databases.ts'
import type { EngineLogin } from './place.ts'
import { engineMissing } from './problems.ts'

export interface TestEngine {
  readonly url: string
  readonly database: string
  readonly owner: EngineLogin
  readonly reader: EngineLogin
  /** Logged in as owner, on `database`. */
  readonly client: WarehouseClient
  drop(): Promise<void>
}

/**
 * Call `drop` in `afterAll`.
 * @param applyDdl `false` leaves the database empty, for tests of the DDL itself.
 * @throws HARNESS_ENGINE_MISSING
 */
export async function startTestEngine({ applyDdl = true }: { applyDdl?: boolean } = {}): Promise<TestEngine> {
  const place = inject('enginePlace')
  if (place.kind === 'absent') throw engineMissing({ output: place.reason })
  const { url, owner, reader } = place
  const database = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  const admin = createWarehouseClient({ url, ...owner })
  await admin.command({ query: `create database ${database}` })
  const client = createWarehouseClient({ url, ...owner, database })
  if (applyDdl) {
    // Only here, so that files which need no engine do not load the warehouse.
    const { applyWarehouseDdl } = await import('#warehouse/index.ts')
    await applyWarehouseDdl(client)
  }
  return {
    url,
    database,
    owner,
    reader,
    client,
    drop: async () => {
      await client.close()
      refuseUnlessTest(database)
      await admin.command({ query: `drop database if exists ${database}` })
      await admin.close()
    },
  }
}
