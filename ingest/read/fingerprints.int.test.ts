import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'
import { readFingerprints, readVersions, readVersionsOfHours } from './fingerprints.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.postgres.pool.query(
    `insert into ingest.cases (domain, case_id, type, name, owner_id, modified_at, modified_by, server_modified_at, properties, version)
     select d, id, '', '', '', at::timestamptz, '', at::timestamptz, '{}', version
     from (values ('demo', 'a', 1, '2024-03-01T08:59:59.999999Z'), ('demo', 'b', 2, '2024-03-01T08:00:00Z'),
       ('demo', 'c', 3, '2024-03-01T09:00:00Z'), ('other', 'd', 1, '2024-03-01T09:00:00Z')) as v (d, id, version, at)`,
  )
})
afterAll(() => database.drop())

const digest = (text: string) => BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 15)}`)

it('counts and sums the documents of each hour of one domain', async () => {
  expect(await readFingerprints(database.postgres, 'demo', 'cases')).toEqual([
    { hour: '2024-03-01T08', documents: 2, checksum: String(digest('a:1') ^ digest('b:2')) },
    { hour: '2024-03-01T09', documents: 1, checksum: String(digest('c:3')) },
  ])
  expect(await readFingerprints(database.postgres, 'demo', 'forms')).toEqual([])
})

it('lists versions by hour and by id', async () => {
  const place = { domain: 'demo', what: 'cases' } as const
  expect(await readVersionsOfHours(database.postgres, { ...place, hours: ['2024-03-01T09'] })).toEqual([
    { id: 'c', version: 3 },
  ])
  expect(await readVersions(database.postgres, { ...place, ids: ['b', 'd', 'x'] })).toEqual([
    { id: 'b', version: 2 },
  ])
})
