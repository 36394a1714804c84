import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '#infra/harness/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('values', () => {
  it('reads instants as exact UTC text, whatever the zone of the process', async () => {
    const { rows } = await database.postgres.pool.query(
      `select timestamptz '2024-03-01 13:45:00.123456+05:45' as a, array[timestamptz '2024-03-01 08:00Z'] as b,
        date '2024-03-01' as c, 9007199254740991::int8 as d, 1.10::numeric as e, '18446744073709551615'::xid8 as f`,
    )
    expect(rows).toEqual([
      {
        a: '2024-03-01T08:00:00.123456Z',
        b: ['2024-03-01T08:00:00.000000Z'],
        c: '2024-03-01',
        d: 9007199254740991,
        e: '1.10',
        f: '18446744073709551615',
      },
    ])
  })

  it('throws rather than round an integer beyond 2^53', async () => {
    const read = database.postgres.pool.query('select 9007199254740993::int8 as a')
    await expect(read).rejects.toMatchObject({ code: 'PLATFORM_POSTGRES_INTEGER_UNSAFE' })
  })
})

describe('errors', () => {
  it('are the same Problem through the pool, a client and Kysely', async () => {
    const insert = `insert into tenants.domains (domain, title) values ('twice', 'Twice')`
    await database.postgres.pool.query(insert)
    const expected = {
      code: 'PLATFORM_POSTGRES_UNIQUE',
      kind: 'conflict',
      details: { constraint: 'domains_pkey' },
    }
    await expect(database.postgres.pool.query(insert)).rejects.toMatchObject(expected)
    await expect(database.postgres.transaction((client) => client.query(insert))).rejects.toMatchObject(
      expected,
    )
    await expect(sql.raw(insert).execute(database.postgres.db)).rejects.toMatchObject(expected)
  })

  it('say unavailable when nobody listens', async () => {
    const nobody = database.connect({ host: '/nonexistent' })
    await expect(nobody.pool.query('select 1')).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('say unavailable when the server ends the session, and the pool goes on', async () => {
    const ended = database.postgres.transaction((client) =>
      client.query('select pg_terminate_backend(pg_backend_pid())'),
    )
    await expect(ended).rejects.toMatchObject({ code: 'PLATFORM_POSTGRES_UNREACHABLE' })
    await expect(database.postgres.pool.query('select 1 as one')).resolves.toMatchObject({
      rows: [{ one: 1 }],
    })
  })

  it('say unavailable when the connection breaks under the pool itself', async () => {
    const own = database.connect({ maxConnections: 1 })
    own.pool.on('connect', (client) => {
      // The socket of the driver, which tells its own errors by an event.
      const { stream } = (client as unknown as { connection: { stream: NodeJS.WriteStream } }).connection
      setTimeout(() => stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })), 100)
    })
    await expect(own.pool.query('select pg_sleep(5)')).rejects.toMatchObject({
      code: 'PLATFORM_POSTGRES_UNREACHABLE',
    })
    await own.close()
  })

  it('leave a wrong statement a bug', async () => {
    await expect(database.postgres.pool.query('selec 1')).rejects.toMatchObject({
      name: 'error',
      code: '42601',
    })
  })
})

describe('work that waits for a connection', () => {
  it('has an end, whichever way it asks, and goes on when there is room', async () => {
    const own = database.connect({ maxConnections: 1, maxWaiting: 2 })
    const held = await own.pool.connect()
    const waiting = [own.pool.query('select 1'), own.transaction(async () => 2)]
    const busy = { code: 'PLATFORM_POSTGRES_BUSY', kind: 'unavailable' }
    await expect(own.pool.query('select 3')).rejects.toMatchObject(busy)
    await expect(own.transaction(async () => 4)).rejects.toMatchObject(busy)
    await expect(sql`select 5`.execute(own.db)).rejects.toMatchObject(busy)
    held.release()
    expect(await Promise.all(waiting)).toMatchObject([{ rowCount: 1 }, 2])
    await own.close()
  })
})

describe('transaction', () => {
  const count = async (): Promise<number> => {
    const { rows } = await database.postgres.pool.query<{ n: number }>(
      `select count(*) as n from tenants.domains where domain like 'tx%'`,
    )
    return rows[0]?.n ?? -1
  }
  const insert = (domain: string): string =>
    `insert into tenants.domains (domain, title) values ('${domain}', 'T')`

  it('rolls back what was thrown and gives the connection back clean', async () => {
    const failed = database.postgres.transaction(async (client) => {
      await client.query(insert('tx-1'))
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await count()).toBe(0)
  })

  it('throws when an error inside was swallowed, for nothing is committed then', async () => {
    const swallowed = database.postgres.transaction(async (client) => {
      await client.query(insert('tx-2'))
      await client.query(insert('tx-2')).catch(() => undefined)
    })
    await expect(swallowed).rejects.toThrow('swallowed')
    expect(await count()).toBe(0)
  })
})
