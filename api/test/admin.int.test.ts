import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createApiScenario, OPERATOR, PASSWORD } from './api-scenario.ts'
import type { ApiScenario } from './api-scenario.ts'

let scenario: ApiScenario
beforeAll(async () => {
  scenario = await createApiScenario()
})
afterAll(async () => {
  await scenario.close()
})

const post = async (url: string, body: unknown, as: string = OPERATOR) =>
  scenario.ask({ method: 'POST', url, as, body })

describe('administration', () => {
  it('replays what is parked, and says when a named event does not wait', async () => {
    const { pool } = scenario.database.postgres
    await pool.query(
      `insert into feed.parked (consumer, topic, domain, event_key, xid, seq, payload, code, reason)
       values ('warehouse-loader', 'form-events.v1', 'parking', 'f', '7', 7, '{}', 'X', 'unfit')`,
    )
    const unknown = await post('/api/admin/feed/replay', { parked_id: 999_999 })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'API_PARKED_MISSING'])
    const { rows } = await pool.query<{ parked_id: number }>('select parked_id from feed.parked')
    const replayed = await post('/api/admin/feed/replay', { parked_id: rows[0]?.parked_id })
    expect(replayed.body).toMatchObject({ replayed_events: 1 })
    const again = await post('/api/admin/feed/replay', { parked_id: rows[0]?.parked_id })
    expect(again.status).toBe(404)
  })

  it('creates a project space once, by its rules', async () => {
    const created = await post('/api/admin/domains', {
      domain: 'clinic',
      title: 'Clinics',
      timezone: 'Africa/Kampala',
    })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ domain: 'clinic', title: 'Clinics', timezone: 'Africa/Kampala' })
    expect(created.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)

    const again = await post('/api/admin/domains', { domain: 'clinic' })
    expect([again.status, again.body.code]).toEqual([409, 'TENANTS_DOMAIN_TAKEN'])
    for (const domain of ['Clinic', '-a', 'a_b', '', 'a'.repeat(64)]) {
      const refused = await post('/api/admin/domains', { domain })
      expect([refused.status, refused.body.code]).toEqual([400, 'TENANTS_DOMAIN_INVALID'])
    }
    const zone = await post('/api/admin/domains', { domain: 'other', timezone: 'Mars/Olympus' })
    expect(zone.body.code).toBe('TENANTS_TIMEZONE_UNKNOWN')
    const list = await scenario.ask({ url: '/api/admin/domains', as: OPERATOR })
    expect(list.body.domains).toHaveLength(1)
  })

  it('shows a made-up password once, and it opens the door', async () => {
    const created = await post('/api/admin/users', {
      email: 'Lina@Example.org',
      domain: 'clinic',
      role: 'reader',
    })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ email: 'lina@example.org', domain: 'clinic', role: 'reader' })
    expect(created.body.password).toMatch(/^[a-zA-Z2-9]{4}(-[a-zA-Z2-9]{4}){2}$/)
    expect(created.body.password).not.toMatch(/[0O1lI]/)

    const session = await post(
      '/api/session',
      { email: 'lina@example.org', password: created.body.password },
      '',
    )
    expect(session.status).toBe(200)
    expect(session.body.domains).toEqual([
      { domain: 'clinic', title: 'Clinics', timezone: 'Africa/Kampala', role: 'reader' },
    ])
    expect(String(session.raw.headers['set-cookie'])).toMatch(
      /^casehouse_session=[\w-]{43}; .*HttpOnly; SameSite=Lax$/,
    )

    const again = await post('/api/admin/users', {
      email: 'lina@example.org',
      domain: 'clinic',
      role: 'admin',
    })
    expect(again.body).toEqual({
      user_id: created.body.user_id,
      email: 'lina@example.org',
      domain: 'clinic',
      role: 'admin',
    })
  })

  it('ends sessions with a new password', async () => {
    await post('/api/admin/users', {
      email: 'sam@example.org',
      domain: 'clinic',
      role: 'reader',
      password: PASSWORD,
    })
    const session = await post('/api/session', { email: 'sam@example.org', password: PASSWORD }, '')
    const cookie = String(session.raw.headers['set-cookie']).split(';', 1)[0]
    expect((await scenario.ask({ url: '/api/session', cookie })).status).toBe(200)
    const reset = await post('/api/admin/users/password', { email: 'sam@example.org' })
    expect(reset.body.password).toBeTypeOf('string')
    expect((await scenario.ask({ url: '/api/session', cookie })).status).toBe(401)
    expect((await post('/api/session', { email: 'sam@example.org', password: PASSWORD }, '')).status).toBe(
      401,
    )
  })

  it('creates workers, groups, types and places, in the words of the API', async () => {
    const base = '/api/admin/domains/clinic'
    expect((await post(`${base}/location-types`, { code: 'district', name: 'District' })).status).toBe(201)
    await post(`${base}/location-types`, { code: 'village', name: 'Village', parent_code: 'district' })
    const tree = await post(`${base}/locations`, {
      locations: [
        { name: 'Kibo', type_code: 'village', parent_id: 'north' },
        { location_id: 'north', name: 'North', type_code: 'district', latitude: 1.5, longitude: 33.1 },
        { name: 'Kibo', type_code: 'village', parent_id: 'north' },
      ],
    })
    expect(tree.status).toBe(201)
    const places = tree.body.locations as { location_id: string; site_code: string }[]
    expect(places.map((place) => place.site_code)).toEqual(['kibo', 'north', 'kibo1'])

    const worker = await post(`${base}/workers`, {
      username: 'Asha Rai',
      location_id: places[0]?.location_id,
    })
    expect(worker.body).toMatchObject({
      username: 'asha.rai',
      full_username: 'asha.rai@clinic.commcarehq.org',
    })
    const group = await post(`${base}/groups`, {
      name: 'Team',
      case_sharing: true,
      user_ids: [worker.body.user_id],
    })
    expect(group.body).toMatchObject({ name: 'Team', case_sharing: true, user_ids: [worker.body.user_id] })

    const events = await scenario.database.postgres.pool.query<{ payload: string }>(
      `select payload from feed.outbox where topic = 'user-events.v1' order by xid, seq`,
    )
    const [first, second] = events.rows.map((row) => JSON.parse(row.payload) as Record<string, unknown>)
    expect(first).toMatchObject({
      version: 1,
      location_path: [places[0]?.location_id, 'north'],
      group_ids: [],
    })
    expect(second).toMatchObject({
      version: 2,
      username: 'asha.rai@clinic.commcarehq.org',
      group_ids: [group.body.group_id],
      case_sharing_group_ids: [group.body.group_id],
    })
  })

  it('refuses what does not fit, without repeating it', async () => {
    const base = '/api/admin/domains/clinic'
    const cases = [
      [`${base}/workers`, { username: 'Ä-canary' }, 400, 'TENANTS_WORKER_USERNAME_INVALID'],
      [`${base}/workers`, { username: 'asha.rai' }, 409, 'TENANTS_WORKER_USERNAME_TAKEN'],
      [`${base}/workers`, { username: 'canary', location_id: 'canary' }, 404, 'TENANTS_LOCATION_MISSING'],
      [`${base}/workers`, { username: 'canary', group_ids: ['canary'] }, 404, 'TENANTS_GROUP_MISSING'],
      [`${base}/workers`, { username: ['canary'] }, 400, 'API_REQUEST_INVALID'],
      [`${base}/groups`, { name: 'Team' }, 409, 'TENANTS_GROUP_NAME_TAKEN'],
      [`${base}/groups`, { name: 'X', user_ids: ['canary'] }, 404, 'TENANTS_WORKER_MISSING'],
      [`${base}/locations`, { name: 'X', type_code: 'canary' }, 404, 'TENANTS_LOCATION_TYPE_MISSING'],
      [
        `${base}/locations`,
        { name: 'X', type_code: 'village', latitude: 91 },
        400,
        'TENANTS_LOCATION_INVALID',
      ],
      ['/api/admin/domains/canary/workers', { username: 'x' }, 404, 'TENANTS_DOMAIN_MISSING'],
      [
        '/api/admin/users',
        { email: 'canary', domain: 'clinic', role: 'reader' },
        400,
        'TENANTS_EMAIL_INVALID',
      ],
      [
        '/api/admin/users',
        { email: 'a@b.c', domain: 'canary', role: 'reader' },
        404,
        'TENANTS_DOMAIN_MISSING',
      ],
    ] as const
    for (const [url, body, status, code] of cases) {
      const answer = await post(url, body)
      expect([url, answer.status, answer.body.code]).toEqual([url, status, code])
      expect(answer.raw.body).not.toContain('canary')
    }
  })

  it('lets an admin of the domain in, and nobody else', async () => {
    const created = await post('/api/admin/users', {
      email: 'boss@example.org',
      domain: 'clinic',
      role: 'admin',
      password: PASSWORD,
    })
    expect(created.status).toBe(201)
    const base = '/api/admin/domains/clinic'
    const boss = basic('boss@example.org')
    expect((await post(`${base}/workers`, { username: 'by-boss' }, boss)).status).toBe(201)
    const key = await post(`${base}/keys`, { name: 'script', role: 'admin' }, boss)
    expect(key.body.key).toMatch(/^[0-9a-f]{40}$/)
    expect(
      (await post(`${base}/workers`, { username: 'by-key' }, `ApiKey script:${String(key.body.key)}`)).status,
    ).toBe(201)
    expect((await post(`${base}/workers`, { username: 'no' }, basic('asha.rai', 'wrong'))).status).toBe(401)
    expect((await post('/api/admin/domains', { domain: 'mine' }, boss)).status).toBe(403)
    expect(
      (await post('/api/admin/users', { email: 'a@b.c', domain: 'clinic', role: 'admin' }, boss)).status,
    ).toBe(403)
    const keys = await scenario.ask({ url: `${base}/keys`, as: boss })
    expect(JSON.stringify(keys.body)).not.toContain(String(key.body.key))
  })

  it('says what is missing in /health, and never what is inside', async () => {
    const health = await scenario.ask({ url: '/health' })
    expect(health.status).toBe(503)
    expect(health.body).toMatchObject({
      status: 'starting',
      instance: 'instance-of-this-test',
      checks: { postgres: 'ok', engine: 'missing', loader: 'missing' },
      missing: ['loader', 'engine'],
    })
    expect(health.body.stages).toContainEqual(
      expect.objectContaining({
        stage: 'loader',
        state: 'down',
        advice: expect.stringContaining('not lost'),
      }),
    )
  })
})
