import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCompaction } from '../loader/compact.ts'
import { caseEvent } from './events.ts'
import { createPlace, SILENT, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.drop())

const countParts = async () =>
  (await place.ask<{ part: string }>('select distinct _part as part from case_facts')).length

it('joins the parts once enough rows are new, and keeps the newest version of each case', async () => {
  await place.warehouse.command({ query: 'system stop merges case_facts' })
  for (let version = 1; version <= 4; version += 1) {
    await place.append([caseEvent('compact', { case_id: 'c', version, name: `name ${version}` })])
    await place.load()
  }
  await place.warehouse.command({ query: 'system start merges case_facts' })
  const compaction = createCompaction({ warehouse: place.warehouse, log: SILENT })
  compaction.note(1)
  await compaction.close()
  expect(await countParts()).toBe(1)
  expect(await place.ask('select name from case_facts')).toEqual([{ name: 'name 4' }])
})
