/** The pages that are measured, each with the columns that a plain scan must read for the same answer. */
import type { ReportScope } from '#warehouse/contract.ts'
import type { WarehouseQueries } from '#warehouse/index.ts'
import { DOMAIN, WORKERS, WORKERS_OF_GROUP } from './fill.ts'

export const LIST_GOAL_MS = 100
export const ACTIVITY_GOAL_MS = 300

export interface MeasuredPage {
  readonly name: string
  readonly goalMs: number
  readonly ask: () => Promise<unknown>
  /** Scans without merging, filter or order: the least that the engine must read. */
  readonly scans: readonly string[]
}

const scan = (table: string, columns: string, from?: string): string =>
  `select count() from ${table} where domain = '${DOMAIN}' and not ignore(${columns})
    ${from === undefined ? '' : `and ${from}`}`

const CASE_SCAN = 'deleted, type, owner_id'
const SCOPE: ReportScope = {
  domain: DOMAIN,
  timezone: 'Asia/Kathmandu',
  groups: Array.from({ length: Math.ceil(WORKERS / WORKERS_OF_GROUP) }, (_, index) => ({
    group_id: `group${index}`,
    name: `Group ${index}`,
  })),
  locations: [
    { location_id: 'district', name: 'District', parent_id: null },
    ...Array.from({ length: 40 }, (_, index) => ({
      location_id: `place${index}`,
      name: `Place ${index}`,
      parent_id: 'district',
    })),
  ],
  webUsers: [],
}

function casePages(queries: WarehouseQueries): readonly MeasuredPage[] {
  const asked = {
    limit: 25,
    owner: [],
    case_type: [],
    status: 'all',
    sort: 'modified',
    direction: 'desc',
  } as const
  const page = (
    name: string,
    columns: string,
    more: Partial<Parameters<WarehouseQueries['caseList']>[1]>,
  ): MeasuredPage => ({
    name: `case list, ${name}`,
    goalMs: LIST_GOAL_MS,
    ask: () => queries.caseList(SCOPE, { ...asked, ...more }),
    scans: [scan('case_facts', `${CASE_SCAN}, ${columns}, case_id`)],
  })
  return [
    page('by modified', 'modified_at', {}),
    page('by opened', 'opened_at', { sort: 'opened', direction: 'asc' }),
    page('by name', 'name', { sort: 'name', direction: 'asc' }),
    page('by type', 'type', { sort: 'type', direction: 'asc' }),
    page('search', 'name, external_id, modified_at', { search: 'amina' }),
    page('open mothers of a group', 'closed, modified_at', {
      owner: ['g__group3'],
      status: 'open',
      case_type: ['mother'],
    }),
  ]
}

/** A page in the middle of the list, reached by its cursor, and the one before it. */
async function deepCasePages(queries: WarehouseQueries): Promise<readonly MeasuredPage[]> {
  const asked = {
    limit: 25,
    owner: [],
    case_type: [],
    status: 'all',
    sort: 'name',
    direction: 'asc',
  } as const
  let cursor: string | undefined
  let back: string | undefined
  for (let page = 0; page < 4; page += 1) {
    const found = await queries.caseList(SCOPE, { ...asked, limit: 1_000, cursor })
    cursor = found.next ?? undefined
    back = found.previous ?? undefined
  }
  const scans = [scan('case_facts', `${CASE_SCAN}, name, case_id`)]
  return (
    [
      ['deep, onward', cursor],
      ['deep, backward', back],
    ] as const
  ).map(([name, at]) => ({
    name: `case list, ${name}`,
    goalMs: LIST_GOAL_MS,
    ask: () => queries.caseList(SCOPE, { ...asked, cursor: at }),
    scans,
  }))
}

function historyPages(queries: WarehouseQueries): readonly MeasuredPage[] {
  const asked = {
    limit: 25,
    emw: [],
    xmlns: [],
    sub_time: 'received',
    state: 'normal',
    enddate: '2026-06-30',
  } as const
  const page = (
    name: string,
    startdate: string,
    more: Partial<Parameters<WarehouseQueries['submitHistory']>[1]> = {},
  ): MeasuredPage => ({
    name: `submit history, ${name}`,
    goalMs: LIST_GOAL_MS,
    ask: () => queries.submitHistory(SCOPE, { ...asked, startdate, ...more }),
    scans: [scan('forms', 'state, user_id, received_at, form_id', `received_at >= '${startdate} 00:00:00'`)],
  })
  return [
    page('30 days', '2026-06-01'),
    page('180 days', '2026-01-02'),
    page('180 days, search', '2026-01-02', { search: 'worker12' }),
    page('30 days, a group', '2026-06-01', { emw: ['g__group3'] }),
  ]
}

function activityPages(queries: WarehouseQueries): readonly MeasuredPage[] {
  const page = (
    name: string,
    startdate: string,
    more: Partial<Parameters<WarehouseQueries['workerActivity']>[1]> = {},
  ): MeasuredPage => {
    const from = `'${startdate} 00:00:00'`
    return {
      name: `worker activity, ${name}`,
      goalMs: ACTIVITY_GOAL_MS,
      ask: () =>
        queries.workerActivity(SCOPE, {
          view_by: 'users',
          emw: [],
          case_type: [],
          startdate,
          enddate: '2026-06-30',
          ...more,
        }),
      scans: [
        scan(
          'case_facts',
          'deleted, type, owner_id, opened_at, closed, closed_at, opened_by, closed_by, case_id',
        ),
        scan('case_changes', 'cause, form_id, case_id', `changed_at >= ${from}`),
        scan('forms', 'state, edited_at'),
        scan('forms', 'state, xmlns, user_id, completed_at', `received_at >= ${from}`),
      ],
    }
  }
  const few = { emw: ['g__group0'] }
  return [
    page(`7 days, ${WORKERS} workers`, '2026-06-24'),
    page(`30 days, ${WORKERS} workers`, '2026-06-01'),
    page(`7 days, ${WORKERS_OF_GROUP} workers`, '2026-06-24', few),
    page(`30 days, ${WORKERS_OF_GROUP} workers`, '2026-06-01', few),
    page('30 days, by groups', '2026-06-01', { view_by: 'groups' }),
  ]
}

function machinePages(queries: WarehouseQueries): readonly MeasuredPage[] {
  const cases = { limit: 20, descending: false, date_modified: {}, server_date_modified: {}, indexed_on: {} }
  const forms = {
    limit: 20,
    include_archived: false,
    received_on: {},
    server_modified_on: {},
    indexed_on: {},
  }
  const order = { order_by: 'server_date_modified' } as const
  const page = (name: string, scans: readonly string[], ask: () => Promise<unknown>): MeasuredPage => ({
    name,
    goalMs: LIST_GOAL_MS,
    ask,
    scans,
  })
  const caseScan = [scan('case_facts', 'deleted, server_modified_at, case_id')]
  const formScan = [scan('forms', 'state, received_at, form_id')]
  return [
    page('filter choices', [scan('case_facts', 'type, deleted')], () => queries.filterChoices(DOMAIN)),
    page('REST cases', caseScan, () => queries.listCases(DOMAIN, { ...cases, ...order, offset: 0 })),
    page('REST cases, offset 10,000', caseScan, () =>
      queries.listCases(DOMAIN, { ...cases, ...order, offset: 10_000 }),
    ),
    page('REST forms', formScan, () =>
      queries.listForms(DOMAIN, { ...forms, order_by: 'received_on', descending: true, offset: 0 }),
    ),
    page('REST forms, by indexed_on', [scan('forms', 'state, loaded_at, form_id')], () =>
      queries.listForms(DOMAIN, { ...forms, order_by: 'indexed_on', descending: false, offset: 0 }),
    ),
  ]
}

export async function measuredPages(queries: WarehouseQueries): Promise<readonly MeasuredPage[]> {
  return [
    ...historyPages(queries),
    ...casePages(queries),
    ...(await deepCasePages(queries)),
    ...activityPages(queries),
    ...machinePages(queries),
  ]
}
