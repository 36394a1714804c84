import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
  return scenario.api.inject({
    method: 'POST',
    url: `/a/${domain}/receiver`,
    headers: XML,
    payload: toXml(`f${forms}`),
  })
}

async function set(url: string, limits: Record<string, number | string>, as = OPERATOR) {
  return scenario.ask({ method: 'PUT', url, as, body: { limits } })
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
})
