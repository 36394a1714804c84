import { CaseHistory, CasePage, CaseTree } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { domainPath, get, orErrorPage, soon } from '#lib/server/api.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  const path = domainPath(event.params.domain, `cases/${encodeURIComponent(event.params.caseId)}`)
  const [theCase, history, tree] = await Promise.all([
    orErrorPage(get(event, CasePage, path)),
    soon(get(event, CaseHistory, `${path}/history`)),
    soon(get(event, CaseTree, `${path}/tree`)),
  ])
  return { case: theCase, history: history.panel, tree: tree.panel }
}
