import { WorkerActivity, WorkerActivityCharts } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { readRange } from '#lib/range.ts'
import { domainPath, get, soon, toPanel } from '#lib/server/api.ts'
import { readChoices, todayIn } from '#lib/server/page-context.ts'
import { oneOf, toQuery } from '#lib/url-state.ts'
import type { PageServerLoad } from './$types'

/** Reads only what changes the numbers from the URL: sorting and searching happen on the page, without the server. */
export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  const { domain } = await event.parent()
  const params = event.url.searchParams
  const today = todayIn(domain.timezone)
  const range = readRange(params, today)
  const filters = { emw: params.getAll('emw'), case_type: params.getAll('case_type') }
  const view_by = oneOf(params.get('view_by'), ['users', 'groups'], 'users')
  const query = { view_by, ...filters, startdate: range.startdate, enddate: range.enddate }
  const report = domainPath(domain.domain, 'reports/worker_activity')
  const [activity, charts, choices] = await Promise.all([
    toPanel(get(event, WorkerActivity, report, query)),
    soon(get(event, WorkerActivityCharts, `${report}/charts`, query)),
    readChoices(event, domain.domain),
  ])
  return {
    today,
    range,
    filters,
    viewBy: view_by,
    activity,
    charts: charts.panel,
    choices,
    exports: {
      csv: `${report}/export${toQuery({ format: 'csv', ...query })}`,
      xlsx: `${report}/export${toQuery({ format: 'xlsx', ...query })}`,
    },
  }
}
