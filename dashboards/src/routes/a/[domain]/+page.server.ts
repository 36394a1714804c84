import { ParkedEvents, SubmitHistory, WorkerActivity, WorkerActivityCharts } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { presetRange } from '#lib/range.ts'
import { domainPath, get, soon } from '#lib/server/api.ts'
import { todayIn } from '#lib/server/page-context.ts'
import type { PageServerLoad } from './$types'

const LATEST = 8

/** Today's numbers, the last month's rhythm, the newest forms. */
export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  const { domain } = await event.parent()
  const today = todayIn(domain.timezone)
  const month = presetRange('last30', today)
  const path = (rest: string): string => domainPath(domain.domain, rest)
  const [activity, charts, latest, parked] = await Promise.all([
    soon(get(event, WorkerActivity, path('reports/worker_activity'), { startdate: today, enddate: today })),
    soon(
      get(event, WorkerActivityCharts, path('reports/worker_activity/charts'), {
        startdate: month.startdate,
        enddate: month.enddate,
      }),
    ),
    soon(
      get(event, SubmitHistory, path('reports/submit_history'), {
        limit: LATEST,
        startdate: month.startdate,
        enddate: today,
      }),
    ),
    soon(get(event, ParkedEvents, path('parked'))),
  ])
  return {
    today,
    month,
    activity: activity.panel,
    charts: charts.panel,
    latest: latest.panel,
    parked: parked.panel,
  }
}
