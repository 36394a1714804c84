import { assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportScope } from '../contract.ts'
import { createWarehouseQueries, type WarehouseQueries } from '../query/queries.ts'
import { caseEvent, formEvent, workerEvent } from './events.ts'
import { createPlace, type Place } from './place.ts'

const SCOPE: ReportScope = {
  domain: 'paging',
  timezone: 'Asia/Kathmandu',
  groups: [],
  locations: [],
  webUsers: [],
}
const USERS = ['u0', 'u1', 'u2']
const COUNT = 120

let place: Place
let queries: WarehouseQueries
let added = 0
beforeAll(async () => {
  place = await createPlace()
  queries = createWarehouseQueries({
    warehouse: place.warehouse,
    now: () => new Date('2024-03-12T12:00:00Z'),
  })
  await place.append([
    ...USERS.map((user_id) => workerEvent('paging', { user_id })),
    ...Array.from({ length: COUNT }, (_, index) => row(index)).flat(),
  ])
  await place.load()
})
afterAll(() => place.drop())

/** Few different instants and names, so that the id has to decide. */
function row(index: number) {
  const received_at = `2024-03-10T0${index % 4}:00:00.000000Z`
  return [
    formEvent('paging', {
      form_id: `f${index}`,
      user_id: USERS[index % 3] ?? '',
      received_at,
      completed_at: received_at,
    }),
    caseEvent('paging', {
      case_id: `c${index}`,
      owner_id: USERS[index % 3] ?? '',
      name: `Name ${index % 5}`,
      changed_at: received_at,
    }),
  ]
}

interface Page {
  readonly next: string | null
  readonly previous: string | null
  readonly total: number
  readonly ids: readonly string[]
}

/** Walks to the end and back again; `between` runs after each page. */
async function walk(page: (cursor: string | undefined) => Promise<Page>, between: () => Promise<void>) {
  const there: string[] = []
  let current = await page(undefined)
  there.push(...current.ids)
  while (current.next !== null) {
    await between()
    current = await page(current.next)
    there.push(...current.ids)
  }
  const back: string[] = [...current.ids]
  while (current.previous !== null) {
    current = await page(current.previous)
    back.unshift(...current.ids)
  }
  return { there, back, total: current.total }
}

async function addOne(): Promise<void> {
  added += 1
  await place.append(row(COUNT + added))
  await place.load()
}

const original = (ids: readonly string[]) => ids.filter((id) => Number(id.slice(1)) < COUNT)

describe('paging', () => {
  it('shows each form once and none never, while others arrive', async () => {
    const Asked = record({
      limit: integer({ min: 15, max: 60 }),
      user: constantFrom(undefined, ...USERS),
      sub_time: constantFrom('received' as const, 'completed' as const),
    })
    await assert(
      asyncProperty(Asked, async ({ limit, user, sub_time }) => {
        const emw = user === undefined ? [] : [`u__${user}`]
        const page = async (cursor: string | undefined): Promise<Page> => {
          const found = await queries.submitHistory(SCOPE, {
            cursor,
            limit,
            emw,
            xmlns: [],
            sub_time,
            state: 'normal',
          })
          return { ...found, ids: found.rows.map((form) => form.form_id) }
        }
        const { there, back, total } = await walk(page, addOne)
        expect(new Set(there).size).toBe(there.length)
        expect(new Set(back).size).toBe(back.length)
        const expected = user === undefined ? COUNT : COUNT / 3
        expect(original(there)).toHaveLength(expected)
        expect(original(back)).toEqual(original(there))
        expect(total).toBe(back.length)
      }),
      { numRuns: 8 },
    )
  })

  it('shows each case once and none never, in every order', async () => {
    const Asked = record({
      limit: integer({ min: 15, max: 60 }),
      sort: constantFrom('modified' as const, 'opened' as const, 'name' as const, 'type' as const),
      direction: constantFrom('asc' as const, 'desc' as const),
      search: constantFrom(undefined, 'name 1'),
    })
    await assert(
      asyncProperty(Asked, async ({ limit, sort, direction, search }) => {
        const page = async (cursor: string | undefined): Promise<Page> => {
          const found = await queries.caseList(SCOPE, {
            cursor,
            limit,
            owner: [],
            case_type: [],
            status: 'all',
            search,
            sort,
            direction,
          })
          return { ...found, ids: found.rows.map((one) => one.case_id) }
        }
        const { there, back } = await walk(page, addOne)
        expect(new Set(there).size).toBe(there.length)
        expect(original(there)).toHaveLength(search === undefined ? COUNT : COUNT / 5)
        expect(original(back)).toEqual(original(there))
      }),
      { numRuns: 8 },
    )
  })

  it('keeps domains apart', async () => {
    const other = { ...SCOPE, domain: 'other' }
    const forms = await queries.submitHistory(other, {
      limit: 25,
      emw: ['t__0', 't__3'],
      xmlns: [],
      sub_time: 'received',
      state: 'all',
    })
    expect([forms.total, forms.rows]).toEqual([0, []])
  })
})
