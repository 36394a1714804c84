import type { Scenario } from './port.ts'
import { inTurn } from './reading.ts'

/** A supervisor who opens Worker Activity with its charts, then Submit History, then the Case List. */
export const dashboardReader: Scenario = {
  name: 'dashboard-reader',
  summary: 'a supervisor who opens Worker Activity, Submit History and the Case List',
  begin: (context) => {
    const base = `/a/${context.domain}/api/v1`
    return inTurn(context, [
      { name: 'filters', path: `${base}/filters`, holds: 'workers' },
      { name: 'worker-activity', path: `${base}/reports/worker_activity`, holds: 'as_of' },
      { name: 'worker-activity-charts', path: `${base}/reports/worker_activity/charts`, holds: 'as_of' },
      { name: 'submit-history', path: `${base}/reports/submit_history?limit=25`, holds: 'as_of' },
      { name: 'case-list', path: `${base}/reports/case_list?limit=25`, holds: 'as_of' },
    ])
  },
}
