import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { createTenants } from '#tenants/index.ts'
import type { Tenants } from '#tenants/index.ts'

let database: TestDatabase
let tenants: Tenants
let at = new Date('2024-03-01T08:00:00Z')
beforeAll(async () => {
  database = await createTestDatabase()
  tenants = createTenants({
    postgres: database.postgres,
    now: () => at,
    newId: () => randomUUID().replaceAll('-', ''),
  })
  await tenants.domains.create('demo')
  await tenants.domains.create('other')
})
afterAll(async () => {
  await database.drop()
})

const versionsOf = async (userId: string) => {
  const { rows } = await database.postgres.pool.query<{ payload: string }>(
    `select payload from feed.outbox where topic = 'user-events.v1' and event_key = $1 order by xid, seq`,
    [userId],
  )
  return rows.map(
    (row) =>
      JSON.parse(row.payload) as {
        version: number
        is_active: boolean
        is_deleted: boolean
        group_ids: string[]
      },
  )
}

describe('a mobile worker', () => {
  it('signs in with short and full name, in the own domain only', async () => {
    const { worker, password } = await tenants.workers.create('demo', { username: 'Asha' })
    const secret = password ?? ''
    for (const name of ['asha', 'ASHA', 'asha@demo.commcarehq.org']) {
      expect(await tenants.workers.authenticateBasic('demo', name, secret)).toMatchObject({
        kind: 'ok',
        worker: { userId: worker.userId },
      })
    }
    expect(await tenants.workers.authenticateBasic('other', 'asha', secret)).toEqual({ kind: 'refused' })
    expect(await tenants.workers.authenticateBasic('other', 'asha@demo.commcarehq.org', secret)).toEqual({
      kind: 'refused',
    })
    expect(await tenants.workers.authenticateBasic('demo', 'nobody', secret)).toEqual({ kind: 'refused' })
  })

  it('is told when deactivated or deleted, and never locked out by wrong passwords', async () => {
    const { worker, password } = await tenants.workers.create('demo', { username: 'bina' })
    const secret = password ?? ''
    for (let time = 0; time < 20; time += 1) {
      expect(await tenants.workers.authenticateBasic('demo', 'bina', `wrong${time}`)).toEqual({
        kind: 'refused',
      })
    }
    expect(await tenants.workers.authenticateBasic('demo', 'bina', secret)).toMatchObject({ kind: 'ok' })
    await tenants.workers.change('demo', worker.userId, { isActive: false })
    expect(await tenants.workers.authenticateBasic('demo', 'bina', secret)).toEqual({ kind: 'deactivated' })
    await tenants.workers.change('demo', worker.userId, { isDeleted: true })
    expect(await tenants.workers.authenticateBasic('demo', 'bina', secret)).toEqual({ kind: 'deleted' })
    expect((await tenants.workers.list('demo')).map(({ username }) => username)).not.toContain('bina')
    expect(
      (await versionsOf(worker.userId)).map(({ version, is_active, is_deleted }) => [
        version,
        is_active,
        is_deleted,
      ]),
    ).toEqual([
      [1, true, false],
      [2, false, false],
      [3, false, true],
    ])
  })

  it('takes a new password at once', async () => {
    const { password } = await tenants.workers.create('demo', { username: 'chet', password: 'old' })
    expect(password).toBeNull()
    expect(await tenants.workers.authenticateBasic('demo', 'chet', 'old')).toMatchObject({ kind: 'ok' })
    await tenants.workers.resetPassword('demo', 'chet@demo.commcarehq.org', 'new')
    expect(await tenants.workers.authenticateBasic('demo', 'chet', 'old')).toEqual({ kind: 'refused' })
    expect(await tenants.workers.authenticateBasic('demo', 'chet', 'new')).toMatchObject({ kind: 'ok' })
  })

  it('cannot be put where another domain is', async () => {
    await tenants.locations.createType('other', { code: 'district', name: 'District' })
    const [place] = await tenants.locations.createMany('other', [{ name: 'North', typeCode: 'district' }])
    const group = await tenants.groups.create('other', { name: 'Team' })
    const elsewhere = { username: 'dev', locationId: place?.locationId }
    await expect(tenants.workers.create('demo', elsewhere)).rejects.toMatchObject({
      code: 'TENANTS_LOCATION_MISSING',
    })
    await expect(
      tenants.workers.create('demo', { username: 'dev', groupIds: [group.groupId] }),
    ).rejects.toMatchObject({
      code: 'TENANTS_GROUP_MISSING',
    })
    expect(await tenants.workers.findByUsername('demo', 'dev')).toBeUndefined()
  })

  it('is heard of when the group changes, once for each who comes or goes', async () => {
    const [a, b] = await Promise.all(
      ['ema', 'fay'].map(async (username) => tenants.workers.create('demo', { username })),
    )
    const [first, second] = [a?.worker.userId ?? '', b?.worker.userId ?? '']
    const group = await tenants.groups.create('demo', { name: 'Team', caseSharing: true, userIds: [first] })
    await tenants.groups.setMembers('demo', group.groupId, [first, second])
    await tenants.groups.setMembers('demo', group.groupId, [second])
    expect((await versionsOf(first)).map(({ version, group_ids }) => [version, group_ids])).toEqual([
      [1, []],
      [2, [group.groupId]],
      [3, []],
    ])
    expect((await versionsOf(second)).map(({ version }) => version)).toEqual([1, 2])
  })

  // In any order: consumers go by the version.
  it('gets one event for each change, however many change it at once', async () => {
    const { worker } = await tenants.workers.create('demo', { username: 'gita' })
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        tenants.workers.change('demo', worker.userId, { firstName: `n${index}` }),
      ),
    )
    expect((await versionsOf(worker.userId)).map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    )
  })
})

describe('a session', () => {
  it('slides for 14 days after its last use, and is kept as a hash', async () => {
    const { user } = await tenants.webUsers.create({ email: 'lina@example.org' })
    const token = await tenants.sessions.create(user.userId)
    const { rows } = await database.postgres.pool.query('select * from tenants.sessions')
    expect(JSON.stringify(rows)).not.toContain(token)
    const start = at.getTime()
    at = new Date(start + 13 * 86_400_000)
    expect(await tenants.sessions.authenticate(token)).toMatchObject({ userId: user.userId })
    at = new Date(start + 26 * 86_400_000)
    expect(await tenants.sessions.authenticate(token)).toMatchObject({ userId: user.userId })
    at = new Date(start + 41 * 86_400_000)
    expect(await tenants.sessions.authenticate(token)).toBeUndefined()
  })
})

describe('an API key', () => {
  it('is worth what it says, under its name, until its user leaves', async () => {
    const { user } = await tenants.webUsers.create({ email: 'max@example.org' })
    await tenants.webUsers.setMembership('demo', user.userId, 'reader')
    const own = await tenants.apiKeys.create('demo', { name: 'powerbi', role: 'admin' })
    const his = await tenants.apiKeys.create('demo', {
      name: 'script',
      role: 'admin',
      email: 'Max@example.org',
    })
    expect(await tenants.apiKeys.authenticate('powerbi', own.key)).toMatchObject({
      kind: 'api-key',
      domain: 'demo',
      role: 'admin',
    })
    expect(await tenants.apiKeys.authenticate('script', own.key)).toBeUndefined()
    // A key gives no more than its user has.
    expect(await tenants.apiKeys.authenticate('max@example.org', his.key)).toMatchObject({
      role: 'reader',
      userId: user.userId,
    })
    await tenants.webUsers.removeMembership('demo', user.userId)
    expect(await tenants.apiKeys.authenticate('max@example.org', his.key)).toBeUndefined()
    const [listed] = await tenants.apiKeys.list('demo')
    expect(listed).toMatchObject({
      name: 'powerbi',
      keyPrefix: own.key.slice(0, 6),
      lastUsedAt: at.toISOString().replace('Z', '000Z'),
    })
    expect(await tenants.apiKeys.revoke('other', own.record.keyId)).toBe(false)
    expect(await tenants.apiKeys.revoke('demo', own.record.keyId)).toBe(true)
    expect(await tenants.apiKeys.authenticate('powerbi', own.key)).toBeUndefined()
  })
})
