import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { createLimitSettings, createRateLimits, createTenants } from '#tenants/index.ts'
import type { LimitPreset } from '#tenants/contract.ts'

let database: TestDatabase
let clock = 0
const now = () => new Date(clock)
const log = createLog({ name: 'test', level: 'silent' })
const SHARE_MS = 10
const tenants = () => createTenants({ postgres: database.postgres, now, newId: () => randomUUID() })

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock += 1_000_000_000
  await database.postgres.pool.query('truncate tenants.domains cascade')
  await database.postgres.pool.query('truncate tenants.platform_limits, tenants.rate_counts')
})

/** One process: its own memory, the same database. */
function startProcess(preset: LimitPreset = 'reference') {
  const { postgres } = database
  const settings = createLimitSettings({ postgres, now, preset })
  const rates = createRateLimits({ postgres, log, now, settings, shareEveryMs: SHARE_MS })
  return {
    settings,
    rates,
    /** How many of `asked` come in. */
    async ask(domain: string, asked: number): Promise<number> {
      const space = await tenants().domains.get(domain)
      let allowed = 0
      for (let n = 0; n < asked; n += 1)
        if ((await rates.decide('submission', space)).kind === 'allowed') allowed += 1
      return allowed
    },
  }
}

async function createSpace(domain: string, workers: number, limits: Record<string, number | null> = {}) {
  const { domains } = tenants()
  await domains.create(domain)
  await database.postgres.pool.query(
    `insert into tenants.mobile_workers (domain, user_id, username, password_hash)
     select $1, $1 || n, 'w' || n, '' from generate_series(1, $2) as n`,
    [domain, workers],
  )
  await domains.changeLimits(domain, limits)
}

async function countOf(domain: string): Promise<number> {
  const { rows } = await database.postgres.pool.query<{ total: number }>(
    'select total from tenants.rate_counts where domain = $1',
    [domain],
  )
  return rows[0]?.total ?? 0
}

describe('the rate of a project space', () => {
  it('is users × rate + baseline, and holds only when the platform has no room either', async () => {
    await createSpace('clinic', 20, {})
    await createSpace('other', 0, {})
    const { ask, rates, settings } = startProcess()
    // 20 × 0.01 + 1 a second for the one, 30 a second for all.
    await settings.changePlatform({ 'submission.global.second': 5 })
    expect(await ask('clinic', 20)).toBe(5)
    expect(await ask('other', 20)).toBe(1)
    clock += 500
    expect(await ask('clinic', 1)).toBe(0)
    clock += 1_500
    expect(await ask('clinic', 20)).toBe(5)
    await rates.close()
  })

  it('is worth waiting for while only a second or a minute is full', async () => {
    await createSpace('clinic', 0, { 'submission.baseline.hour': 15 })
    const { ask, rates, settings } = startProcess()
    await settings.changePlatform({ 'submission.global.hour': 0 })
    const space = await tenants().domains.get('clinic')
    expect(await ask('clinic', 3)).toBe(1)
    const decision = await rates.decide('submission', space)
    expect(decision).toMatchObject({ kind: 'later' })
    clock += decision.kind === 'later' ? Math.ceil(decision.waitMs) + 1 : 0
    expect(await ask('clinic', 1)).toBe(1)
    for (let minute = 0; minute < 20; minute += 1) {
      clock += 60_000
      await ask('clinic', 2)
    }
    expect(await rates.decide('submission', space)).toMatchObject({ kind: 'refused' })
    await rates.close()
  })

  it('does not count for another limiter', async () => {
    await createSpace('clinic', 0)
    const { ask, rates, settings } = startProcess()
    await settings.changePlatform({ 'submission.global.hour': 0, 'restore.global.hour': 0 })
    const space = await tenants().domains.get('clinic')
    expect(await ask('clinic', 2)).toBe(1)
    expect((await rates.decide('restore', space)).kind).toBe('allowed')
    await rates.close()
  })

  it('is not counted at all when rates are off', async () => {
    await createSpace('clinic', 0)
    const { ask, rates } = startProcess('off')
    expect(await ask('clinic', 500)).toBe(500)
    await rates.close()
    expect(await countOf('clinic')).toBe(0)
  })
})

describe('processes', () => {
  it('share what they count, and a new one goes on from there', async () => {
    await createSpace('clinic', 0, { 'submission.baseline.second': null, 'submission.baseline.minute': 100 })
    const [one, two] = [startProcess(), startProcess()]
    await one.settings.changePlatform({ 'submission.global.hour': 0, 'submission.global.minute': 0 })
    const setHour = { 'submission.baseline.hour': 50 }
    await tenants().domains.changeLimits('clinic', setHour)
    expect((await one.ask('clinic', 30)) + (await two.ask('clinic', 15))).toBe(45)
    await expect.poll(() => used(one)).toBe(45)
    await expect.poll(() => used(two)).toBe(45)
    expect(await one.ask('clinic', 30)).toBe(5)
    await expect.poll(() => used(two)).toBe(50)
    expect(await two.ask('clinic', 30)).toBe(0)
    await Promise.all([one.rates.close(), two.rates.close()])
    expect(await countOf('clinic')).toBe(50)
    const restarted = startProcess()
    await expect.poll(() => used(restarted)).toBe(50)
    expect(await restarted.ask('clinic', 10)).toBe(0)
    await restarted.rates.close()
  })

  it('add to the same row without losing any, whatever the window', async () => {
    await createSpace('clinic', 0)
    const processes = Array.from({ length: 4 }, () => startProcess('laptop'))
    for (let minute = 0; minute < 3; minute += 1) {
      await Promise.all(processes.map(({ ask }) => ask('clinic', 10)))
      clock += 60_000
      await new Promise((wait) => setTimeout(wait, 3 * SHARE_MS))
    }
    await Promise.all(processes.map(({ rates }) => rates.close()))
    expect([await countOf('clinic'), await countOf('')]).toEqual([120, 120])
  })
})

async function used({ rates }: ReturnType<typeof startProcess>): Promise<number> {
  const looked = await rates.look('submission', await tenants().domains.get('clinic'))
  return looked.used['hour'] ?? 0
}

describe('a setting', () => {
  it('of a project space goes before that of the platform, which goes before the preset', async () => {
    await createSpace('clinic', 0, { 'submission.baseline.day': 7, 'submission.baseline.week': null })
    const { settings, rates } = startProcess()
    await settings.changePlatform({ 'submission.baseline.day': 5, 'submission.baseline.hour': 6 })
    const { limits } = await tenants().domains.get('clinic')
    const values = settings.valuesOf({ limits })
    const names = ['minute', 'hour', 'day', 'week'] as const
    expect(names.map((name) => values[`submission.baseline.${name}`])).toEqual([10, 6, 7, null])
    await settings.changePlatform({ 'submission.baseline.hour': 'default' })
    expect(settings.valuesOf({ limits })['submission.baseline.hour']).toBe(30)
    await rates.close()
  })

  it.each([
    ['nothing.known', 1],
    ['submission.global.second', 1],
    ['lane.space_forms', null],
    ['lane.space_forms', 0],
    ['submission.baseline.day', -1],
    ['submission.baseline.day', 0.5],
  ] as const)('refuses %s = %s for a project space', async (key, value) => {
    await createSpace('clinic', 0)
    await expect(tenants().domains.changeLimits('clinic', { [key]: value })).rejects.toMatchObject({
      code: 'TENANTS_LIMIT_INVALID',
    })
  })
})
