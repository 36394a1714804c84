/** The columns of Worker Activity: what each is called, means, and sorts by. Source: reference §7.1. */
import type { WorkerActivity } from '#api/contract.ts'
import type { Cell, Direction } from '#lib/sort.ts'

export type ActivityRow = WorkerActivity['rows'][number]

export interface ActivityColumn {
  readonly key: string
  readonly label: string
  readonly about: string
  /** A second, smaller line of the heading. */
  readonly note?: string
  readonly first: Direction
  readonly cell: (row: ActivityRow) => Cell
}

const NAME: ActivityColumn = {
  key: 'name',
  label: 'Worker',
  about: 'The worker, with their username',
  first: 'asc',
  cell: (row) => row.name || row.username,
}

const GROUP: ActivityColumn = {
  ...NAME,
  label: 'Group',
  about: 'A reporting group; the numbers are sums over its members',
}

const ACTIVE_USERS: ActivityColumn = {
  key: 'active_users',
  label: '# Active Users',
  about: 'Members who submitted a form in these days, of all members',
  first: 'desc',
  cell: (row) => row.active_users,
}

const NUMBERS: readonly ActivityColumn[] = [
  {
    key: 'forms_submitted',
    label: '# Forms Submitted',
    about: 'Forms received in these days',
    first: 'desc',
    cell: (row) => row.forms_submitted,
  },
  {
    key: 'avg_forms_submitted',
    label: 'Avg # Forms Submitted',
    note: 'last 3 periods',
    about: 'Forms a period, on average over the 3 periods of the same length before these days, rounded down',
    first: 'desc',
    cell: (row) => row.avg_forms_submitted,
  },
  {
    key: 'last_form_submission',
    label: 'Last Form Submission',
    about: 'Day on which the newest of these forms was completed on the phone',
    first: 'desc',
    cell: (row) => row.last_form_submission,
  },
  {
    key: 'cases_created',
    label: '# Cases Created',
    about: 'Cases opened by the worker in these days',
    first: 'desc',
    cell: (row) => row.cases_created,
  },
  {
    key: 'cases_closed',
    label: '# Cases Closed',
    about: 'Cases closed by the worker in these days',
    first: 'desc',
    cell: (row) => row.cases_closed,
  },
  {
    key: 'active_cases',
    label: '# Active Cases',
    about: 'Cases owned by the worker that a form touched in these days',
    first: 'desc',
    cell: (row) => row.active_cases,
  },
  {
    key: 'total_cases',
    label: '# Total Cases',
    about: 'Cases owned by the worker that were open in these days',
    first: 'desc',
    cell: (row) => row.total_cases,
  },
  {
    key: 'percent_active_cases',
    label: '% Active Cases',
    about: 'Active cases of total cases',
    first: 'desc',
    cell: (row) => row.percent_active_cases,
  },
]

/** The columns in their order; by groups there is one more. */
export function activityColumns(viewBy: 'users' | 'groups'): readonly ActivityColumn[] {
  return viewBy === 'users' ? [NAME, ...NUMBERS] : [GROUP, ACTIVE_USERS, ...NUMBERS]
}
