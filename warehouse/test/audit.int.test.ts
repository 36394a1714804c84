import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendEvents } from '#infra/platform/index.ts'
import { runAudit } from '../audit/audit.ts'
import type { AuditedByHour, DocumentVersion, Originals } from '../audit/originals.ts'
import { caseEvent, formEvent } from './events.ts'
import { createPlace, SILENT, type Place } from './place.ts'
import * as copy from '../audit/read-warehouse.ts'
import type { RemovalAsked } from '../audit/removal.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.drop())

const ids = Array.from({ length: 20 }, (_, index) => `x${index}`)
const truth = (what: AuditedByHour): readonly DocumentVersion[] =>
  ids.map((id, index) => ({ id, version: what === 'cases' && index === 3 ? 2 : 1 }))

/** What ingest would say: everything of one hour. Its own functions are tested beside it. */
const originals: Originals = {
  readFingerprints: async (_, __, what) => [
    { hour: '2024-03-10T05', documents: ids.length, checksum: await checksum(what) },
  ],
  readVersionsOfHours: async (_, { what }) => truth(what),
  readVersions: async (_, { what, ids: wanted }) => truth(what).filter((row) => wanted.includes(row.id)),
  readDocumentEvents: async (_, { domain, what, ids: wanted }) =>
    wanted.flatMap((id) => {
      if (!ids.includes(id)) return []
      if (what === 'forms') return [formEvent(domain, { form_id: id })]
      const first = caseEvent(domain, { case_id: id })
      return id === 'x3' ? [first, caseEvent(domain, { case_id: id, version: 2, name: 'newest' })] : [first]
    }),
  readWorkerVersions: async () => [],
  readWorkerEvents: async () => [],
  repeatWorkers: async () => [],
  // Here the outbox alone can help; ingest's own function is tested beside it.
  repeatDocuments: async () => [],
}

async function checksum(what: AuditedByHour): Promise<string> {
  const { rows } = await place.postgres.pool.query<{ checksum: string }>(
    `select bit_xor(('x' || substr(md5(id || ':' || version), 1, 15))::bit(60)::bigint)::text as checksum
     from unnest($1::text[], $2::bigint[]) as d (id, version)`,
    [truth(what).map((row) => row.id), truth(what).map((row) => row.version)],
  )
  return rows[0]?.checksum ?? ''
}

/** There is no loader here that could be asked to remove. */
const remove = (asked: RemovalAsked) => copy.removeDocuments(place.warehouse, asked)

const audit = (repair: boolean) =>
  runAudit({ ...place, originals, domains: ['audited'], repair, remove, log: SILENT, waitMs: 1_000 })

describe('audit', () => {
  it('finds nothing where nothing is wrong, names drift, and repairs it', async () => {
    await place.append([
      ...ids.map((id) => formEvent('audited', { form_id: id })),
      ...ids.map((id) => caseEvent('audited', { case_id: id })),
      caseEvent('audited', { case_id: 'x3', version: 2, name: 'newest' }),
    ])
    await place.load()
    expect(await audit(false)).toEqual({
      domains: 1,
      forms: 20,
      cases: 20,
      workers: 0,
      hours: 2,
      verified: 40,
      differences: [],
      repaired: 0,
      unrepaired: 0,
    })

    await copy.removeDocuments(place.warehouse, { domain: 'audited', what: 'forms', ids: ['x5'] })
    await place.warehouse.command({
      query: `delete from cases where domain = 'audited' and case_id = 'x3' and version = 2`,
    })
    await place.warehouse.command({
      query: `insert into entry_cases_audited (domain, case_id, version, server_modified_at, server_at, changed_at)
        values ('audited', 'ghost', 1, '2024-03-10 05:00:00', '2024-03-10 05:00:00', '2024-03-10 05:00:00')`,
    })
    const found = await audit(true)
    const named = found.differences.map(({ what, id, kind }) => `${what} ${id} ${kind}`).sort()
    expect(named).toContain('cases ghost extra')
    expect(named).toContain('forms x5 missing')
    expect(named.filter((name) => name.startsWith('cases x3'))).toHaveLength(1)
    expect(named).toHaveLength(3)
    expect(found.repaired).toBe(3)
    await place.load()
    expect((await audit(false)).differences).toEqual([])
  })

  it('says what it cannot repair', async () => {
    await copy.removeDocuments(place.warehouse, { domain: 'audited', what: 'forms', ids: ['x7'] })
    await place.postgres.pool.query(`delete from feed.outbox where event_key = 'x7'`)
    expect(await audit(true)).toMatchObject({ repaired: 0, unrepaired: 1 })
    await place.postgres.transaction((client) =>
      appendEvents(client, [formEvent('audited', { form_id: 'x7' })]),
    )
    await place.load()
    expect((await audit(false)).differences).toEqual([])
  })

  it('compares what is copied from cases, and asks for the documents that the outbox forgot', async () => {
    for (const [table, id] of [
      ['case_facts', 'x8'],
      ['case_changes', 'x9'],
    ])
      await place.warehouse.command({
        query: `delete from ${table} where domain = 'audited' and case_id = '${id}'`,
      })
    await place.postgres.pool.query(`delete from feed.outbox where event_key in ('x8', 'x9')`)
    const asked: string[] = []
    const found = await runAudit({
      ...place,
      originals: {
        ...originals,
        async repeatDocuments(postgres, { domain, ids: lost }) {
          asked.push(...lost)
          await postgres.transaction((client) =>
            appendEvents(
              client,
              lost.map((id) => caseEvent(domain, { case_id: id })),
            ),
          )
          await place.load()
          return lost
        },
      },
      domains: ['audited'],
      repair: true,
      log: SILENT,
      waitMs: 1_000,
    })
    expect(found.differences).toEqual([
      {
        domain: 'audited',
        what: 'case_facts',
        id: 'x8',
        kind: 'missing',
        expected_version: 1,
        found_version: null,
        must_remove: false,
      },
      {
        domain: 'audited',
        what: 'case_changes',
        id: 'x9',
        kind: 'missing',
        expected_version: 1,
        found_version: null,
        must_remove: false,
      },
    ])
    expect(asked).toEqual(['x8', 'x9'])
    expect(found).toMatchObject({ repaired: 2, unrepaired: 0, remaining: 0 })
  })
})
