import type { WorkerActivityReport } from '#warehouse/index.ts'
import type { Cell } from './csv.ts'

const BY_USER = ['User', 'Username'] as const
const BY_GROUP = ['Group', '# Active Users', '# Total Users'] as const
const COLUMNS = [
  '# Forms Submitted',
  'Avg # Forms Submitted (last 3)',
  'Last Form Submission',
  '# Cases Created',
  '# Cases Closed',
  '# Active Cases',
  '# Total Cases',
  '% Active Cases',
] as const

type Activity = WorkerActivityReport['rows'][number] | WorkerActivityReport['footer']

function toCells(activity: Activity, lastSubmission: string): Cell[] {
  const percent = activity.percent_active_cases
  return [
    activity.forms_submitted,
    activity.avg_forms_submitted,
    lastSubmission,
    activity.cases_created,
    activity.cases_closed,
    activity.active_cases,
    activity.total_cases,
    percent === null ? null : Math.round(percent * 10) / 10,
  ]
}

/** Heading, rows and footer of Worker Activity as on the page. Source: reference §7.1. */
export function* toWorkerActivitySheet(report: WorkerActivityReport): Generator<readonly Cell[]> {
  const isByGroup = report.view_by === 'groups'
  yield [...(isByGroup ? BY_GROUP : BY_USER), ...COLUMNS]
  for (const row of report.rows) {
    const head = isByGroup ? [row.name, row.active_users, row.total_users] : [row.name, row.username]
    yield [...head, ...toCells(row, row.last_form_submission ?? 'None')]
  }
  const { footer } = report
  const head = isByGroup ? ['Total', footer.active_users, footer.total_users] : ['Total', null]
  yield [...head, ...toCells(footer, `${footer.workers_with_submissions} / ${footer.workers}`)]
}
