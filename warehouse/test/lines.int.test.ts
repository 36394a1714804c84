/** What the engine makes of events by itself, against `to-rows.ts`: the same bytes, or a refusal. */
import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, startTestEngine, type TestEngine } from '#infra/harness/index.ts'
import { createLog, type FeedEvent } from '#infra/platform/index.ts'
import { CASE_XMLNS, CaseEvent, FormEvent } from '#ingest/contract.ts'
import { createIngest } from '#ingest/index.ts'
import { readEvents, type LineBatch } from '../loader/plan-batches.ts'
import { createLineReader } from '../loader/to-lines.ts'
import { writeBatch } from '../loader/write-batch.ts'
import { writeLines } from '../loader/write-lines.ts'
import { ensureEntryTables } from '../schema/entry-tables.ts'
import { caseEvent, formEvent } from './events.ts'

const DOMAIN = 'lines-1'
const TABLES = {
  'form-events.v1': ['forms'],
  'case-events.v1': ['cases', 'case_facts', 'case_changes'],
} as const
type Lined = keyof typeof TABLES

let byEngine: TestEngine
let byUs: TestEngine
beforeAll(async () => {
  byEngine = await startTestEngine()
  byUs = await startTestEngine()
  for (const { client } of [byEngine, byUs]) await ensureEntryTables(client, DOMAIN)
})
afterAll(async () => {
  await byEngine.drop()
  await byUs.drop()
})

let serial = 0
function toEvent(topic: Lined, payload: string): FeedEvent {
  serial += 1
  const place = { xid: '1', seq: String(serial), createdAt: new Date(0) }
  return { topic, domain: DOMAIN, eventKey: 'k', payload, payloadBytes: Buffer.from(payload), ...place }
}

/** @returns whether the engine took it; what it took is given to the other side too. */
async function giveBoth(topic: Lined, payload: string): Promise<{ taken: boolean; parked: boolean }> {
  const event = toEvent(topic, payload)
  const insert = { topic, domain: DOMAIN, token: `t${serial}` }
  const lines: LineBatch = { kind: 'lines', ...insert, events: [event] }
  const taken = createLineReader(topic, DOMAIN).fits(event) && (await writeLines(byEngine.client, lines))
  const { batch, parked } = readEvents(insert, [event])
  if (taken && batch.rows.length > 0) await writeBatch(byUs.client, batch)
  return { taken, parked: parked.length > 0 }
}

async function rowsOf({ client }: TestEngine, topic: Lined): Promise<readonly string[]> {
  const tables = await Promise.all(
    TABLES[topic].map(async (table) => {
      const query = `select '${table}' as of, * except (loaded_at) from ${table} order by all`
      return (await client.query({ query, format: 'JSONEachRow' })).json()
    }),
  )
  return tables.flat().map((row) => JSON.stringify(row))
}

/** In the order of the contract, which is that in which ingest writes; what does not parse keeps its own. */
const inOrder = (event: { payload: string }, schema: typeof FormEvent | typeof CaseEvent): string => {
  const read = schema.safeParse(JSON.parse(event.payload))
  return read.success ? JSON.stringify(read.data) : event.payload
}
const form = (facts: object) => inOrder(formEvent(DOMAIN, { form_id: 'f', ...facts }), FormEvent)
const change = (facts: object) => inOrder(caseEvent(DOMAIN, { case_id: 'c', ...facts }), CaseEvent)

const odd = fc.constantFrom(
  '',
  '\u0000',
  '\u001f',
  '\ud800',
  '\u2028',
  '👩🏽‍⚕️',
  '"\\/\b\f\n\r\t',
  '{a',
  ',"after":{',
  'null',
  '\u007f\ufffe',
  '~',
)
const words = fc.oneof(odd, fc.string({ unit: 'binary' }), fc.string())
const maybe = fc.option(words)
const instants = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 0, max: 4e9 })
      .map((s) => new Date(s * 1_000).toISOString().replace('000Z', '123456Z')),
  },
  fc.constantFrom(
    '1899-12-31T23:59:59.999999Z',
    '1900-01-01T00:00:00.000000Z',
    '2299-12-31T23:59:59.999999Z',
    '9999-12-31T23:59:59.999999Z',
    '2024-02-31T00:00:00.000000Z',
    '2024-02-29T00:00:00.000000Z',
    '2024-03-01T24:00:00.000000Z',
    '2024-03-01T08:00:00Z',
    'yesterday',
  ),
)
const document: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, words, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(
    fc.oneof(words, fc.constantFrom('#type', '@name', 'after', '__proto__', 'orig_id')),
    tie('value'),
    { maxKeys: 4 },
  ),
})).object
const texts = fc.dictionary(words, words, { maxKeys: 4 })

const forms = fc
  .record(
    {
      form_id: words,
      state: fc.integer({ min: 0, max: 255 }),
      xmlns: words,
      app_id: maybe,
      user_id: maybe,
      username: maybe,
      device_id: maybe,
      received_at: instants,
      edited_at: fc.option(instants),
      server_modified_at: instants,
      completed_at: fc.option(instants),
      orig_id: maybe,
      problem: maybe,
      submit_ip: maybe,
      is_api_submission: fc.boolean(),
      case_ids: fc.array(words, { maxLength: 3 }),
      form: document,
      meta: fc.constant(null),
    },
    { requiredKeys: [] },
  )
  .map(form)
const changes = fc
  .record(
    {
      case_id: words,
      version: fc.integer({ min: 1, max: 2 ** 31 }),
      cause: fc.constantFrom('form', 'rebuild'),
      changed_at: instants,
      type: words,
      name: words,
      owner_id: words,
      external_id: maybe,
      opened_at: fc.option(instants),
      opened_by: maybe,
      modified_at: instants,
      closed: fc.boolean(),
      closed_at: fc.option(instants),
      deleted: fc.boolean(),
      properties: texts,
    },
    { requiredKeys: ['case_id'] },
  )
  .chain((facts) =>
    fc.option(texts).map((properties) => {
      const event = JSON.parse(change(facts)) as { before: unknown; after: object }
      if (properties !== null) event.before = { ...event.after, properties }
      return JSON.stringify(event)
    }),
  )

/** An event in which one value is another, or missing: text for number, list for object, numbers beyond what a double holds. */
const spoilt = (events: fc.Arbitrary<string>) =>
  fc
    .tuple(
      events,
      fc.nat(),
      fc.constantFrom(
        '5',
        '"5"',
        '1e400',
        '123456789012345678901',
        '-1',
        '1.5',
        'true',
        'null',
        '[]',
        '{}',
        '{"a":1}',
        '""',
        'nonsense',
        undefined,
      ),
    )
    .map(([payload, at, value]) => {
      const marks = [...payload.matchAll(/"\w+":(?:"[^"\\]*"|null|true|false|\d+)/g)]
      const mark = marks[at % marks.length]
      if (mark === undefined) return payload
      const name = mark[0].slice(0, mark[0].indexOf(':') + 1)
      return payload.replace(mark[0], () => (value === undefined ? '"gone":0' : `${name}${value}`))
    })

describe.each([
  ['form-events.v1', forms],
  ['case-events.v1', changes],
] as const)('%s', (topic, events) => {
  it('gives the rows that we give, byte for byte, or is refused', async () => {
    let takenCount = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 2, arbitrary: events }, spoilt(events)), async (payload) => {
        const { taken, parked } = await giveBoth(topic, payload)
        if (taken) takenCount += 1
        expect(taken && parked).toBe(false)
      }),
      { numRuns: 80, endOnFailure: true },
    )
    expect(takenCount).toBeGreaterThan(2)
    expect(await rowsOf(byEngine, topic)).toEqual(await rowsOf(byUs, topic))
  }, 180_000)
})

it('takes what ingest writes: its fields in its order', async () => {
  const database = await createTestDatabase()
  const { postgres } = database
  const log = createLog({ name: 'test', level: 'silent' })
  const newId = () => randomUUID().replaceAll('-', '')
  const ingest = createIngest({
    postgres,
    log,
    newId,
    now: () => new Date(),
    closesExtensions: async () => true,
  })
  const sent = { attachments: [], appId: 'A', buildId: null, submitTime: null, isApiSubmission: false }
  const about = { submitIp: null, lastSyncToken: null, dateHeader: null, openrosaHeaders: {} }
  const update = (more: string) =>
    `<case xmlns="${CASE_XMLNS}" case_id="c" user_id="u" date_modified="2024-05-01T10:00:00.000Z">${more}</case>`
  for (const block of [
    update('<create><case_type>t</case_type><case_name>n</case_name></create>'),
    update(''),
  ]) {
    const meta = `<meta><deviceID>d</deviceID><timeEnd>2024-05-01T10:00:00.000Z</timeEnd><instanceID>${newId()}</instanceID></meta>`
    const xml = Buffer.from(`<data xmlns="http://example.org/a" name="Visit"><q>1</q>${block}${meta}</data>`)
    await ingest.submit(DOMAIN, {
      ...sent,
      ...about,
      xml,
      authContext: { authenticated: false, user_id: null, domain: DOMAIN },
    })
  }
  await ingest.drain()
  const { rows } = await postgres.pool.query<{ topic: Lined; payload: string }>(
    'select topic, payload from feed.outbox order by seq',
  )
  await database.drop()
  expect(rows).toHaveLength(4)
  for (const { topic, payload } of rows) expect(await giveBoth(topic, payload)).toMatchObject({ taken: true })
})

it('counts once what arrives twice under one token, whichever way each time', async () => {
  const token = 'range-1'
  const topic = 'case-events.v1'
  const event = toEvent(topic, change({ case_id: 'twice' }))
  const lines: LineBatch = { kind: 'lines', topic, domain: DOMAIN, token, events: [event] }
  const { batch } = readEvents({ topic, domain: DOMAIN, token }, [event])
  expect(await writeLines(byEngine.client, lines)).toBe(true)
  expect(await writeLines(byEngine.client, lines)).toBe(true)
  await writeBatch(byEngine.client, batch)
  for (const table of TABLES[topic]) {
    const query = `select count() as n from ${table} where case_id = 'twice'`
    const answer = await byEngine.client.query({ query, format: 'JSONEachRow' })
    expect(await answer.json<{ n: string | number }>()).toEqual([
      { n: expect.toSatisfy((n) => Number(n) === 1) },
    ])
  }
})

it('takes what ingest writes every day', async () => {
  const everyday = [
    form({
      form: { '#type': 'data', '@name': 'Visit', note: '👩🏽‍⚕️ \u0000 "\\/', list: ['a', { b: 'c' }] },
      case_ids: ['c1', 'c2'],
    }),
    form({ meta: null, form: {} }),
  ]
  for (const payload of everyday)
    expect(await giveBoth('form-events.v1', payload)).toMatchObject({ taken: true })
  const traced = JSON.stringify({ ...(JSON.parse(form({})) as object), traceparent: '00-1-2-01' })
  expect(await giveBoth('form-events.v1', traced)).toEqual({ taken: false, parked: false })
  const half = form({ form: { note: '\ud800' } })
  expect(await giveBoth('form-events.v1', half)).toEqual({ taken: false, parked: false })
  const first = change({ properties: { name: 'Zoë "Z"', 'a/b': '\u2028' } })
  const { after } = JSON.parse(first) as { after: object }
  const second = JSON.stringify({ ...(JSON.parse(first) as object), before: after })
  for (const payload of [first, second])
    expect(await giveBoth('case-events.v1', payload)).toMatchObject({ taken: true })
})
