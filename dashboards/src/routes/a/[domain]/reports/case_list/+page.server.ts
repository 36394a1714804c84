import { CaseList, CaseListQuery } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { domainPath, get, toPanel } from '#lib/server/api.ts'
import { readChoices } from '#lib/server/page-context.ts'
import { oneOf } from '#lib/url-state.ts'
import type { PageServerLoad } from './$types'

const LIMIT = 50
const SORTS = CaseListQuery.shape.sort.unwrap().options

export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  const { domain } = await event.parent()
  const params = event.url.searchParams
  const filters = {
    owner: params.getAll('owner'),
    case_type: params.getAll('case_type'),
    status: oneOf(params.get('status'), ['open', 'closed', 'all'], 'all'),
    search: params.get('search')?.trim() ?? '',
  }
  const sort = oneOf(params.get('sort'), SORTS, 'modified')
  const direction = oneOf(
    params.get('direction'),
    ['asc', 'desc'],
    sort === 'name' || sort === 'type' ? 'asc' : 'desc',
  )
  const query = { ...filters, sort, direction, cursor: params.get('cursor'), limit: LIMIT }
  const [cases, choices] = await Promise.all([
    toPanel(get(event, CaseList, domainPath(domain.domain, 'reports/case_list'), query)),
    readChoices(event, domain.domain),
  ])
  return { filters, sort, direction, cases, choices }
}
