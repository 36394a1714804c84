import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listParked } from '#infra/platform/index.ts'
import { LOADED_CHANNEL } from '../contract.ts'
import { applyWarehouseDdl } from '../schema/apply-ddl.ts'
import { caseEvent, formEvent, workerEvent } from './events.ts'
import { createPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.drop())

const countOf = async (table: string, domain: string): Promise<number> => {
  const [row] = await place.ask<{ rows: number }>(
    `select count() as rows from ${table} where domain = '${domain}'`,
  )
  return row?.rows ?? 0
}

describe('loader', () => {
  it('loses nothing and counts nothing twice when it dies between the engine and the feed', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `x${index}`)
    await place.append([
      workerEvent('crash', { user_id: 'u1' }),
      ...ids.map((id) => formEvent('crash', { form_id: id })),
      ...ids.map((id) => caseEvent('crash', { case_id: id, form_id: id })),
    ])
    await place.loadAndDie()
    await place.loadAndDie()
    await place.load()
    // Without final: the engine itself dropped the repeated blocks.
    for (const table of ['forms', 'cases', 'case_facts', 'case_changes'])
      expect(await countOf(table, 'crash')).toBe(300)
    expect(await countOf('workers', 'crash')).toBe(1)
  })

  it('shows the highest version, in whatever order versions come', async () => {
    await place.append([
      caseEvent('order', { case_id: 'c', version: 3, name: 'third' }),
      caseEvent('order', { case_id: 'c', version: 1, name: 'first' }),
      formEvent('order', { form_id: 'f', version: 2, state: 2 }),
      formEvent('order', { form_id: 'f', version: 1, state: 1 }),
    ])
    await place.load()
    await place.append([caseEvent('order', { case_id: 'c', version: 2, name: 'second' })])
    await place.load()
    for (const table of ['cases', 'case_facts'])
      expect(await place.ask(`select name from ${table} final where domain = 'order'`)).toEqual([
        { name: 'third' },
      ])
    expect(await place.ask(`select state from forms final where domain = 'order'`)).toEqual([{ state: 2 }])
    const changes = await place.ask(
      `select version from case_changes where domain = 'order' order by version`,
    )
    expect(changes).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }])
  })

  it('empties the old place of a form id that an error form gave away', async () => {
    await place.append([formEvent('moved', { form_id: 'f', state: 16 })])
    await place.load()
    await place.append([
      formEvent('moved', { form_id: 'f', version: 2, received_at: '2024-05-01T00:00:00.000000Z' }),
    ])
    await place.load()
    const forms = await place.ask(
      `select state, toDate(received_at) as day from forms final where domain = 'moved' and state != 64`,
    )
    expect(forms).toEqual([{ state: 1, day: '2024-05-01' }])
  })

  it('takes any clock and any text', async () => {
    const dates = [
      '0001-01-01T00:00:00.000000Z',
      '9999-12-31T23:59:59.999999Z',
      'yesterday',
      '2024-02-31T00:00:00Z',
    ]
    const months = Array.from({ length: 150 }, (_, index) => {
      const month = String((index % 12) + 1).padStart(2, '0')
      return `${2011 + Math.floor(index / 12)}-${month}-01T00:00:00.000000Z`
    })
    const texts = ['\u0000', '\ud800', '👩🏽‍⚕️', '"\\\n\t', '\u2028', '{a:String}']
    await place.append([
      ...dates.flatMap((date, index) => [
        formEvent('hostile', { form_id: `d${index}`, completed_at: date, edited_at: date }),
        caseEvent('hostile', { case_id: `d${index}`, changed_at: date, opened_at: date, modified_at: date }),
      ]),
      ...months.map((received_at, index) => formEvent('hostile', { form_id: `m${index}`, received_at })),
      ...texts.map((text, index) =>
        caseEvent('hostile', {
          case_id: `t${index}`,
          name: text,
          properties: { [text]: text, __proto__: text },
        }),
      ),
    ])
    expect((await place.load()).parkedEvents).toBe(0)
    expect(await countOf('forms', 'hostile')).toBe(dates.length + months.length)
    expect(await countOf('cases', 'hostile')).toBe(dates.length + texts.length)
    const [name] = await place.ask<{ name: string }>(
      `select name from cases final where domain = 'hostile' and case_id = 't2'`,
    )
    expect(name).toEqual({ name: texts[2] })
  })

  it('parks what it cannot read, without its contents, and goes on', async () => {
    const canary = 'canary-4711'
    const broken = (payload: string) => ({ ...formEvent('parking', { form_id: 'b' }), payload })
    await place.append([
      broken(canary),
      broken(JSON.stringify({ domain: 'parking', version: 1, form: { form_id: 5, name: canary } })),
      broken(JSON.stringify({ domain: 'other', version: 1, form: {} })),
      { ...formEvent('Not_Nameable', { form_id: 'b' }) },
      formEvent('parking', { form_id: 'good' }),
    ])
    expect((await place.load()).parkedEvents).toBe(4)
    expect(await countOf('forms', 'parking')).toBe(1)
    const parked = await listParked(place.postgres, { limit: 10 })
    expect(parked.map((row) => row.code).sort()).toEqual([
      'WAREHOUSE_DOMAIN_UNNAMEABLE',
      'WAREHOUSE_EVENT_MALFORMED',
      'WAREHOUSE_EVENT_MALFORMED',
      'WAREHOUSE_EVENT_MALFORMED',
    ])
    for (const row of parked) expect(row.reason).not.toContain(canary)
  })

  it('says which domains have news', async () => {
    const client = await place.postgres.pool.connect()
    const heard: string[] = []
    client.on('notification', ({ payload }) => heard.push(payload ?? ''))
    await client.query(`listen ${LOADED_CHANNEL}`)
    await place.append([formEvent('news', { form_id: 'f' }), caseEvent('news', { case_id: 'c' })])
    await place.load()
    await client.query('select 1')
    client.release(true)
    expect(heard.map((payload) => JSON.parse(payload) as unknown)).toEqual([
      { domains: { news: { forms: 1, cases: 1 } }, as_of: expect.stringMatching(/Z$/) },
    ])
  })
})

describe('ddl', () => {
  it('may be applied to a warehouse that has it all', async () => {
    await applyWarehouseDdl(place.warehouse)
    expect(await applyWarehouseDdl(place.warehouse)).toEqual([])
  })
})
