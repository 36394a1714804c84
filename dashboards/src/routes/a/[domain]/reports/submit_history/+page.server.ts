import { SubmitHistory, SubmitHistoryQuery } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { readRange } from '#lib/range.ts'
import { domainPath, get, toPanel } from '#lib/server/api.ts'
import { readChoices, todayIn } from '#lib/server/page-context.ts'
import { oneOf } from '#lib/url-state.ts'
import type { PageServerLoad } from './$types'

const LIMIT = 50
const STATES = SubmitHistoryQuery.shape.state.unwrap().options

export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  const { domain } = await event.parent()
  const params = event.url.searchParams
  const today = todayIn(domain.timezone)
  const range = readRange(params, today)
  const filters = {
    emw: params.getAll('emw'),
    xmlns: params.getAll('xmlns'),
    sub_time: oneOf(params.get('sub_time'), ['received', 'completed'], 'received'),
    state: oneOf(params.get('state'), STATES, 'normal'),
    search: params.get('search')?.trim() ?? '',
  }
  const query = {
    ...filters,
    startdate: range.startdate,
    enddate: range.enddate,
    cursor: params.get('cursor'),
    limit: LIMIT,
  }
  const [history, choices] = await Promise.all([
    toPanel(get(event, SubmitHistory, domainPath(domain.domain, 'reports/submit_history'), query)),
    readChoices(event, domain.domain),
  ])
  return { today, range, filters, states: STATES, history, choices }
}
