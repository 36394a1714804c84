import { error } from '@sveltejs/kit'
import { Session } from '#api/contract.ts'
import { get, orErrorPage } from '#lib/server/api.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = async (event) => {
  const session = await orErrorPage(get(event, Session, '/api/session'))
  const domain = session.domains.find((candidate) => candidate.domain === event.params.domain)
  if (!domain) {
    error(404, 'There is no such project space, or you may not see it.', {
      code: 'DASHBOARDS_DOMAIN_MISSING',
    })
  }
  const name = `${session.user.first_name} ${session.user.last_name}`.trim()
  return {
    domain,
    severalDomains: session.domains.length > 1,
    who: name === '' ? session.user.email : name,
    mayEdit: domain.role === 'admin' || session.user.is_superuser,
  }
}
