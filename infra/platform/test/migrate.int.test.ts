import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'
import { migrate } from '#infra/platform/index.ts'

const REPOSITORY = join(import.meta.dirname, '../../..')

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createTestDatabase()
  // The rest of the template's migrations are not among the folders below; here they count as never applied.
  await database.postgres.pool.query(`delete from platform.migrations where name !~ '-feed$'`)
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-'))
  await mkdir(join(folder, 'room/migrations'), { recursive: true })
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await database.postgres.pool.query(
    `drop table if exists made_once; delete from platform.migrations where name ~ '^2099'`,
  )
})
afterAll(() => database.drop())

const file = (name: string): string => join(folder, 'room/migrations', `${name}.sql`)

it('applies each file once, also when several processes come at the same time', async () => {
  await writeFile(file('20990101-0000-made'), 'create table made_once (a int)')
  const pools = Array.from({ length: 4 }, () => database.connect({ maxConnections: 1 }))
  const results = await Promise.all(pools.map((postgres) => migrate(postgres, [folder])))
  expect(results.flatMap(({ applied }) => applied)).toEqual(['20990101-0000-made'])
})

it('refuses a file that was edited after it had landed, but not a checkout with other line endings', async () => {
  await writeFile(file('20990101-0000-made'), 'create table made_once\n(a int)')
  await migrate(database.postgres, [folder])
  await writeFile(file('20990101-0000-made'), 'create table made_once\r\n(a int)')
  await expect(migrate(database.postgres, [folder])).resolves.toEqual({ applied: [] })
  await writeFile(file('20990101-0000-made'), 'create table made_once\n(b int)')
  await expect(migrate(database.postgres, [folder])).rejects.toMatchObject({
    code: 'PLATFORM_MIGRATION_CHANGED',
    details: { name: '20990101-0000-made' },
  })
})

it('leaves nothing of a file that fails, and keeps those before it', async () => {
  await writeFile(file('20990101-0000-made'), 'create table made_once (a int)')
  await writeFile(file('20990102-0000-bad'), 'create table made_twice (a int); select 1/0')
  await expect(migrate(database.postgres, [folder])).rejects.toMatchObject({
    code: 'PLATFORM_MIGRATION_FAILED',
    details: { name: '20990102-0000-bad', sqlstate: '22012' },
  })
  const { rows } = await database.postgres.pool.query(
    `select to_regclass('made_once') is not null as once, to_regclass('made_twice') is null as not_twice`,
  )
  expect(rows).toEqual([{ once: true, not_twice: true }])
})

it('refuses to run when the database knows a migration that this program does not', async () => {
  await writeFile(file('20990101-0000-made'), 'create table made_once (a int)')
  await migrate(database.postgres, [folder])
  await rm(file('20990101-0000-made'))
  await expect(migrate(database.postgres, [folder])).rejects.toMatchObject({
    code: 'PLATFORM_MIGRATION_MISSING',
  })
})

it('finds the migrations of every room from the root of the repository', async () => {
  const other = await createTestDatabase()
  await other.postgres.pool.query(
    `drop schema platform, feed, tenants, ingest cascade; drop schema if exists warehouse, api cascade`,
  )
  const { applied } = await migrate(other.postgres, [REPOSITORY])
  expect(
    applied.some((name) => name.endsWith('-feed')) && applied.some((name) => name.endsWith('-tenants')),
  ).toBe(true)
  await other.drop()
})
