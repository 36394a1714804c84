import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  record,
  type Arbitrary,
} from 'fast-check'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportScope } from '../contract.ts'
import { createWarehouseQueries, type WarehouseQueries } from '../query/queries.ts'
import { caseEvent, formEvent, workerEvent } from './events.ts'
import { createPlace, type Place } from './place.ts'

let place: Place
let queries: WarehouseQueries
beforeAll(async () => {
  place = await createPlace()
  queries = createWarehouseQueries({
    warehouse: place.warehouse,
    now: () => new Date('2024-03-12T12:00:00Z'),
  })
})
afterAll(() => place.drop())

const USERS = ['u0', 'u1', 'u2', 'u3']
const OWNERS = [...USERS, 'g0', 'g1', 'l0', 'nobody']
const START = DateTime.fromISO('2024-03-06T00:00:00Z')
/** Hours around the ten days that reports ask for, so that every bound is crossed. */
const hour = integer({ min: -800, max: 300 })
const at = (hours: number): string =>
  START.plus({ hours, minutes: 29 }).toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'.000000Z'")

const Form = record({
  user: constantFrom(...USERS, 'stranger'),
  received: hour,
  completed: hour,
  state: constantFrom(1, 1, 1, 2, 4, 8, 16),
  isSystem: boolean(),
})
const Case = record({
  type: constantFrom('mother', 'child', 'commcare-user'),
  owner: constantFrom(...OWNERS),
  opened: hour,
  by: constantFrom(...USERS),
  closed: integer({ min: -800, max: 900 }),
  deleted: constantFrom(false, false, false, true),
  actions: array(
    record({
      at: hour,
      cause: constantFrom('form' as const, 'rebuild' as const),
      form: integer({ min: 0, max: 19 }),
    }),
    { maxLength: 4 },
  ),
})
const World = record({
  forms: array(Form, { minLength: 20, maxLength: 60 }),
  cases: array(Case, { maxLength: 40 }),
  timezone: constantFrom('Asia/Kathmandu', 'America/New_York', 'UTC'),
  types: constantFrom<readonly string[]>([], ['mother'], ['commcare-user', 'child']),
})
type World = typeof World extends Arbitrary<infer T> ? T : never

const WORKERS = USERS.map((user_id, index) => ({
  user_id,
  location_id: index < 2 ? 'l0' : null,
  groups: index % 2 === 0 ? ['g0'] : ['g0', 'g1'],
  sharing: index === 3 ? [] : ['g1'],
}))

function eventsOf(domain: string, world: World) {
  return [
    ...WORKERS.map(({ user_id, location_id, groups, sharing }) =>
      workerEvent(domain, { user_id, location_id, group_ids: groups, case_sharing_group_ids: sharing }),
    ),
    ...world.forms.map((form, index) =>
      formEvent(domain, {
        form_id: `f${index}`,
        user_id: form.user,
        received_at: at(form.received),
        completed_at: at(form.completed),
        state: form.state,
        xmlns: form.isSystem ? 'http://commcarehq.org/case' : 'http://example.org/visit',
      }),
    ),
    ...world.cases.flatMap((one, index) => {
      const state = {
        case_id: `c${index}`,
        type: one.type,
        owner_id: one.owner,
        opened_at: at(one.opened),
        opened_by: one.by,
        closed: one.closed < 300,
        closed_at: one.closed < 300 ? at(one.closed) : null,
        closed_by: one.closed < 300 ? one.by : null,
        deleted: one.deleted,
      }
      const actions = [{ at: one.opened, cause: 'form' as const, form: 0 }, ...one.actions]
      return actions.map((action, version) =>
        caseEvent(domain, {
          ...state,
          version: version + 1,
          cause: action.cause,
          form_id: `f${action.form}`,
          changed_at: at(action.at),
        }),
      )
    }),
  ]
}

/** Worker Activity again, from its definition alone, with plain loops. Source: reference §7.1. */
function expectedRows(world: World, startdate: string, enddate: string) {
  const { timezone: zone } = world
  const day = (hours: number) => DateTime.fromISO(at(hours), { zone }).toISODate() ?? ''
  const span = DateTime.fromISO(enddate).diff(DateTime.fromISO(startdate), 'days').days + 1
  const previous =
    DateTime.fromISO(startdate)
      .minus({ days: 3 * span })
      .toISODate() ?? ''
  const within = (hours: number) => day(hours) >= startdate && day(hours) <= enddate
  const cases = world.cases.filter(
    (one) =>
      !one.deleted &&
      (world.types.length === 0 ? one.type !== 'commcare-user' : world.types.includes(one.type)),
  )
  return WORKERS.map((worker) => {
    const owners = [worker.user_id, worker.location_id, ...worker.sharing]
    const forms = world.forms.filter(
      (form) => form.user === worker.user_id && form.state === 1 && !form.isSystem,
    )
    const now = forms.filter((form) => within(form.received))
    const before = forms.filter((form) => day(form.received) >= previous && day(form.received) < startdate)
    const isClosed = (closed: number) => closed < 300
    const total = cases.filter(
      (one) =>
        owners.includes(one.owner) &&
        day(one.opened) <= enddate &&
        !(isClosed(one.closed) && day(one.closed) < startdate),
    )
    const active = total.filter((one) =>
      [{ at: one.opened, cause: 'form', form: 0 }, ...one.actions].some(
        (action) => action.cause === 'form' && within(action.at) && world.forms[action.form]?.state === 1,
      ),
    )
    const days = now.map((form) => day(form.completed)).sort()
    return {
      id: worker.user_id,
      forms_submitted: now.length,
      avg_forms_submitted: Math.floor(before.length / 3),
      last_form_submission: days.at(-1) ?? null,
      cases_created: cases.filter((one) => one.by === worker.user_id && within(one.opened)).length,
      cases_closed: cases.filter(
        (one) => one.by === worker.user_id && isClosed(one.closed) && within(one.closed),
      ).length,
      active_cases: active.length,
      total_cases: total.length,
      percent_active_cases: total.length === 0 ? null : (active.length / total.length) * 100,
    }
  })
}

const scopeOf = (domain: string, timezone: string): ReportScope => ({
  domain,
  timezone,
  groups: [
    { group_id: 'g0', name: 'North' },
    { group_id: 'g1', name: 'South' },
  ],
  locations: [],
  webUsers: [],
})

let worlds = 0
async function fill(world: World): Promise<ReportScope> {
  worlds += 1
  const domain = `world-${worlds}`
  await place.append(eventsOf(domain, world))
  await place.load()
  return scopeOf(domain, world.timezone)
}

describe('worker activity', () => {
  it('is what its definition says, whatever happened', async () => {
    await assert(
      asyncProperty(World, async (world) => {
        const scope = await fill(world)
        const range = { startdate: '2024-03-07', enddate: '2024-03-12' }
        const report = await queries.workerActivity(scope, {
          view_by: 'users',
          emw: [],
          case_type: world.types,
          ...range,
        })
        const expected = expectedRows(world, range.startdate, range.enddate)
        expect(report.rows).toEqual(expected.map((row) => expect.objectContaining(row)))
        const sum = (pick: (row: (typeof expected)[number]) => number) =>
          expected.reduce((all, row) => all + pick(row), 0)
        expect(report.footer).toMatchObject({
          forms_submitted: sum((row) => row.forms_submitted),
          avg_forms_submitted: sum((row) => row.avg_forms_submitted),
          cases_created: sum((row) => row.cases_created),
          cases_closed: sum((row) => row.cases_closed),
          workers_with_submissions: expected.filter((row) => row.forms_submitted > 0).length,
          workers: USERS.length,
        })
        const groups = await queries.workerActivity(scope, {
          view_by: 'groups',
          emw: [],
          case_type: world.types,
          ...range,
        })
        for (const group of groups.rows) {
          const members = expected.filter((_, index) => WORKERS[index]?.groups.includes(group.id))
          expect(group.forms_submitted).toBe(members.reduce((all, row) => all + row.forms_submitted, 0))
          expect(group.total_users).toBe(members.length)
          expect(group.active_users).toBe(members.filter((row) => row.forms_submitted > 0).length)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('counts each local day once in the charts, also the day of 23 hours', async () => {
    const domain = 'spring'
    const hours = Array.from({ length: 72 }, (_, index) => index)
    await place.append([
      workerEvent(domain, { user_id: 'u1' }),
      workerEvent(domain, { user_id: 'u2' }),
      ...hours.map((index) =>
        formEvent(domain, {
          form_id: `f${index}`,
          received_at: DateTime.fromISO('2024-03-09T05:00:00Z')
            .plus({ hours: index })
            .toUTC()
            .toFormat("yyyy-MM-dd'T'HH:mm:ss'.000000Z'"),
        }),
      ),
    ])
    await place.load()
    const charts = await queries.workerActivityCharts(scopeOf(domain, 'America/New_York'), {
      view_by: 'users',
      emw: [],
      case_type: [],
      startdate: '2024-03-09',
      enddate: '2024-03-13',
    })
    expect(charts.forms_per_day.map((day) => day.forms)).toEqual([24, 23, 24, 1, 0])
    expect(charts.workers).toEqual({ active: 1, idle: 1 })
    expect(charts.hours.some((cell) => cell.weekday === 7 && cell.hour === 2)).toBe(false)
  })

  it('forgets what an archived form did, and remembers it when the form comes back', async () => {
    const domain = 'archive'
    const scope = scopeOf(domain, 'UTC')
    const asked = {
      view_by: 'users',
      emw: [],
      case_type: [],
      startdate: '2024-03-10',
      enddate: '2024-03-10',
    } as const
    const counts = async () => {
      const { footer } = await queries.workerActivity(scope, asked)
      return [footer.forms_submitted, footer.active_cases, footer.total_cases]
    }
    await place.append([
      workerEvent(domain, { user_id: 'u1' }),
      formEvent(domain, { form_id: 'f1' }),
      caseEvent(domain, { case_id: 'c1', form_id: 'f1' }),
    ])
    await place.load()
    expect(await counts()).toEqual([1, 1, 1])
    await place.append([formEvent(domain, { form_id: 'f1', version: 2, state: 2 })])
    await place.load()
    expect(await counts()).toEqual([0, 0, 1])
    await place.append([formEvent(domain, { form_id: 'f1', version: 3, state: 1, case_ids: ['c1'] })])
    await place.load()
    expect(await counts()).toEqual([1, 1, 1])
    // An edit that no longer touches the case takes its action away.
    await place.append([
      formEvent(domain, { form_id: 'f1', version: 4, state: 1, edited_at: '2024-03-11T00:00:00.000000Z' }),
    ])
    await place.load()
    expect(await counts()).toEqual([1, 0, 1])
  })
})
