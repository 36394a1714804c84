import { expect, it } from 'vitest'
import { createTestDatabase, refuseUnlessTest, truncateAll } from '#infra/harness/index.ts'

it('gives each caller a migrated database of its own', async () => {
  const a = await createTestDatabase()
  const b = await createTestDatabase()
  await a.postgres.pool.query(`insert into tenants.domains (domain, title) values ('mine', 'Mine')`)
  await expect(b.postgres.pool.query('select 1 from tenants.domains')).resolves.toMatchObject({ rowCount: 0 })
  await truncateAll(a.postgres)
  await expect(a.postgres.pool.query('select 1 from tenants.domains')).resolves.toMatchObject({ rowCount: 0 })
  await a.drop()
  await expect(a.connect().pool.query('select 1')).rejects.toMatchObject({ code: '3D000' })
  await b.drop()
})

it('destroys nothing that is not named a test', async () => {
  for (const database of ['casehouse', 'latest', 'contest', 'attestation']) {
    expect(() => refuseUnlessTest(database)).toThrow('no "test" in its name')
  }
  const database = await createTestDatabase()
  const real = database.connect({ database: 'casehouse' })
  await expect(truncateAll(real)).rejects.toMatchObject({ code: 'HARNESS_DATABASE_NOT_TEST' })
  await database.drop()
})
