import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIngestScenario, request } from './scenario.ts'
import type { IngestScenario } from './scenario.ts'

const LANE_FORMS = 48
const IN_FLIGHT = 2

let scenario: IngestScenario
beforeAll(async () => {
  scenario = await createIngestScenario()
})
afterAll(() => scenario.close())

const toXml = (): string =>
  `<data xmlns="http://openrosa.org/formdesigner/ABC"><n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:instanceID>${randomUUID()}</n1:instanceID></n1:meta></data>`

describe('the lane between two project spaces', () => {
  it('answers a form of the calm one among the next, however many the busy one has waiting', async () => {
    const answered: string[] = []
    const send = async (domain: string): Promise<void> => {
      const result = await scenario.ingest.submit(domain, request(toXml()))
      expect(result.kind).toBe('saved')
      answered.push(domain)
    }
    const busy = Array.from({ length: 400 }, () => send('busy'))
    const calm = send('calm')
    await Promise.all([...busy, calm])
    // Behind what was in flight, and in the first batch after it.
    expect(answered.indexOf('calm')).toBeLessThan((IN_FLIGHT + 1) * LANE_FORMS)
  })

  it('turns away the busy one alone when its own part is full, and keeps all that it took', async () => {
    const send = async (domain: string): Promise<string> =>
      scenario.ingest.submit(domain, request(toXml())).then(
        ({ kind }) => kind,
        (error: { readonly code: string }) => error.code,
      )
    const outcomes = await Promise.all([
      ...Array.from({ length: 700 }, () => send('crowd')),
      ...Array.from({ length: 5 }, () => send('other')),
    ])
    const count = (outcome: string, part: readonly string[]): number =>
      part.filter((one) => one === outcome).length
    expect(count('saved', outcomes.slice(700))).toBe(5)
    const [saved, refused] = ['saved', 'INGEST_LANE_FULL'].map((kind) => count(kind, outcomes.slice(0, 700)))
    expect([saved, refused]).toEqual([500, 200])
    const { rows } = await scenario.database.postgres.pool.query<{ forms: number }>(
      'select count(*) as forms from ingest.forms where domain = $1',
      ['crowd'],
    )
    expect(rows[0]?.forms).toBe(500)
  })
})
