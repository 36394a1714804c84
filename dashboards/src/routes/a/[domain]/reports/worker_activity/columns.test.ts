import { expect, it } from 'vitest'
import { activityColumns } from './columns.ts'

it('has the columns of the report, in its order (reference §7.1)', () => {
  expect(activityColumns('users').map((column) => column.label)).toEqual([
    'Worker',
    '# Forms Submitted',
    'Avg # Forms Submitted',
    'Last Form Submission',
    '# Cases Created',
    '# Cases Closed',
    '# Active Cases',
    '# Total Cases',
    '% Active Cases',
  ])
})

it('has one more by groups', () => {
  expect(
    activityColumns('groups')
      .slice(0, 2)
      .map((column) => column.label),
  ).toEqual(['Group', '# Active Users'])
})
