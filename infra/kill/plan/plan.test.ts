import { expect, test } from 'vitest'
import { FAIL_POINTS } from '#infra/platform/index.ts'
import { listFaultTypes, nameOf, POINTS_OF } from './fault.ts'
import { chooseTypes, createPlan } from './plan.ts'

const place = { hasKafka: true, hasOwnDisk: true, points: POINTS_OF }
const types = listFaultTypes(place)

test('the same seed gives the same plan, another another', () => {
  const asked = { seed: 7, kills: 50, types }
  expect(createPlan(asked)).toEqual(createPlan(asked))
  expect(createPlan({ ...asked, seed: 8 }).map(nameOf)).not.toEqual(createPlan(asked).map(nameOf))
})

test('every kind comes once before any comes again', () => {
  const names = createPlan({ seed: 1, kills: types.length * 2, types }).map(nameOf)
  expect(new Set(names.slice(0, types.length)).size).toBe(types.length)
  expect(new Set(names.slice(types.length)).size).toBe(types.length)
  expect(createPlan({ seed: 1, kills: 5, types: [] })).toEqual([])
})

test('every fail point is struck somewhere, the disk and the broker only where there is one', () => {
  const struck = new Set(types.flatMap(({ point }) => point ?? []))
  expect([...struck].sort()).toEqual([...FAIL_POINTS].sort())
  const bare = listFaultTypes({ ...place, hasKafka: false, hasOwnDisk: false }).map(nameOf)
  expect(bare.filter((name) => /disk|broker|feed$|relay/.test(name))).toEqual([])
  expect(bare).toContain('replace loader')
})

test('no disk is full where nothing is written', () => {
  expect(types.map(nameOf)).not.toContain('fail-at api ingest.batch.committed')
})

test('some can be chosen by what their names hold', () => {
  expect(chooseTypes(types, 'kill postgres,fill').map(nameOf)).toEqual(['kill postgres', 'fill disk'])
  expect(chooseTypes(types, undefined)).toBe(types)
})
