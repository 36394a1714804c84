import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApiScenario, createPeople, OPERATOR } from './api-scenario.ts'
import type { ApiScenario, People } from './api-scenario.ts'

const XML = { 'content-type': 'text/xml' }
const toXml = (id: string) =>
  `<data xmlns="http://openrosa.org/formdesigner/ABC" name="Register"><n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:instanceID>${id}</n1:instanceID></n1:meta></data>`

let scenario: ApiScenario
let people: People
let other: People

beforeAll(async () => {
  scenario = await createApiScenario({ limitPreset: 'reference' })
  people = await createPeople(scenario, 'field')
  other = await createPeople(scenario, 'calm')
})
afterAll(() => scenario.close())

let forms = 0
async function post(domain: string) {
  forms += 1
  return postAs(domain, `f${forms}`)
}
async function postAs(domain: string, id: string) {
  return scenario.api.inject({
    method: 'POST',
    url: `/a/${domain}/receiver`,
    headers: XML,
    payload: toXml(id),
  })
}

async function set(url: string, limits: Record<string, number | string>) {
  return scenario.ask({ method: 'PUT', url, as: OPERATOR, body: { limits } })
}
const PLATFORM = '/api/admin/limits'
const SPACE = '/api/admin/domains/field/limits'

describe('the receiver under a rate', () => {
  it('lets in while the platform or the project space has room, and refuses a full hour at once', async () => {
    await set(PLATFORM, { 'submission.global.hour': 2 })
    await set(SPACE, { 'submission.baseline.hour': 3, 'submission.user.hour': 0 })
    const answers = []
    for (let n = 0; n < 5; n += 1) answers.push(await post('field'))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 429, 429])
    expect(answers[4]?.body).toBe('')
    expect(answers[4]?.headers['x-openrosa-version']).toBe('1.0')
    expect(Number(answers[4]?.headers['retry-after'])).toBeGreaterThan(60)
    // Its own share is left to the other one, although the platform's hour is full.
    expect((await post('calm')).statusCode).toBe(201)
  })

  it('makes a form wait while only a second is full', async () => {
    await set(PLATFORM, { 'submission.global.hour': 'default', 'submission.global.second': 0 })
    await set('/api/admin/domains/calm/limits', {
      'submission.baseline.second': 2,
      'submission.baseline.minute': 'off',
      'submission.user.second': 0,
    })
    const from = performance.now()
    const answers = await Promise.all(Array.from({ length: 5 }, () => post('calm')))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201, 201])
    // Two a second: the fifth cannot have come in within the first second.
    expect(performance.now() - from).toBeGreaterThan(1_000)
    const metrics = await scenario.ask({ url: '/metrics' })
    expect(metrics.raw.body).toMatch(/api_rate_decisions_total\{[^}]*outcome="waited"[^}]*\} [1-9]/)
  })
})

describe('a full queue', () => {
  it('turns away its own project space with 429, and goes on taking in the others', async () => {
    await set(PLATFORM, { 'submission.global.second': 'default' })
    await set(SPACE, { 'lane.space_forms': 2 })
    const held = await scenario.database.postgres.transaction(async (client) => {
      // Two forms that somebody else holds, so that they stay in the lane.
      for (const id of ['held1', 'held2'])
        await client.query(
          `select pg_advisory_xact_lock((('x' || substr(md5('form:' || $1), 1, 16))::bit(64) >> 1)::bigint)`,
          [id],
        )
      const waiting = ['held1', 'held2'].map((id) => postAs('field', id))
      await expect.poll(async () => metric('ingest_lane_forms')).toBe(2)
      const refused = await post('field')
      expect([refused.statusCode, refused.body]).toEqual([429, ''])
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect((await post('calm')).statusCode).toBe(201)
      return { waiting }
    })
    const statuses = (await Promise.all(held.waiting)).map(({ statusCode }) => statusCode)
    expect(statuses).toEqual([201, 201])
    expect((await post('field')).statusCode).toBe(201)
    await set(SPACE, { 'lane.space_forms': 'default' })
  })
})

describe('a page that follows the stream', () => {
  it('takes a place, and gives it back when it leaves', async () => {
    await set(SPACE, { 'streams.space_open': 1 })
    const url = `${await scenario.api.listen({ host: '127.0.0.1', port: 0 })}/a/field/api/v1/stream`
    const follow = async () => {
      const leaving = new AbortController()
      const headers = { authorization: people.credentials.readerKey.as }
      const answer = await fetch(url, { signal: leaving.signal, headers })
      return { answer, leave: () => leaving.abort() }
    }
    const first = await follow()
    expect(first.answer.status).toBe(200)
    const second = await follow()
    expect([second.answer.status, second.answer.headers.get('retry-after')]).toEqual([429, '15'])
    expect(await second.answer.json()).toMatchObject({ code: 'API_STREAMS_FULL' })
    first.leave()
    await expect
      .poll(async () => {
        const again = await follow()
        again.leave()
        return again.answer.status
      })
      .toBe(200)
    await set(SPACE, { 'streams.space_open': 'default' })
  })
})

async function metric(name: string): Promise<number> {
  const { raw } = await scenario.ask({ url: '/metrics' })
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (.*)$`, 'm').exec(raw.body)?.[1])
}

describe('limits', () => {
  it('are read by admins of the project space, and changed by those who run the platform', async () => {
    await set(SPACE, { 'submission.baseline.hour': 'default', 'submission.user.hour': 'default' })
    const read = await scenario.ask({ url: SPACE, ...people.credentials.admin })
    expect(read.status).toBe(200)
    expect(read.body).toMatchObject({
      domain: 'field',
      preset: 'reference',
      rates: [{ limiter: 'submission', users: 1, allowed: { hour: 36 } }, {}, {}],
    })
    const refused = await scenario.ask({
      method: 'PUT',
      url: SPACE,
      ...people.credentials.adminKey,
      body: { limits: { 'submission.baseline.hour': 1_000 } },
    })
    expect([refused.status, refused.body.code]).toEqual([403, 'API_ACCESS_FORBIDDEN'])
    for (const who of [people.credentials.readerKey, other.credentials.adminKey])
      expect((await scenario.ask({ url: SPACE, ...who })).status).toBe(403)
    for (const who of [people.credentials.adminKey, {}])
      expect((await scenario.ask({ url: PLATFORM, ...who })).status).toBeGreaterThan(400)
  })

  it('must be known, and a queue always has an end', async () => {
    for (const limits of [{ unknown: 1 }, { 'lane.space_forms': 'off' }, { 'lane.space_forms': 'many' }])
      expect((await set(SPACE, limits)).status).toBe(400)
    const changed = await set(SPACE, { 'lane.space_forms': 7, 'submission.baseline.week': 'off' })
    const found = z.object({ limits: z.array(z.looseObject({ name: z.string() })) }).parse(changed.body)
    const of = (name: string) => found.limits.find((limit) => limit.name === name)
    expect(of('lane.space_forms')).toMatchObject({ value: 7, default: 500, is_set: true })
    expect(of('submission.baseline.week')).toMatchObject({ value: null, default: 100, is_set: true })
    expect(of('submission.global.second')).toBeUndefined()
  })
})
