import { redirect } from '@sveltejs/kit'
import { Session } from '#api/contract.ts'
import { get, orErrorPage } from '#lib/server/api.ts'
import type { PageServerLoad } from './$types'

/** The project spaces of whoever is signed in; with only one there is nothing to choose. */
export const load: PageServerLoad = async (event) => {
  const session = await orErrorPage(get(event, Session, '/api/session'))
  const [only, second] = session.domains
  if (only && !second && !event.url.searchParams.has('all')) redirect(303, `/a/${only.domain}/`)
  return { domains: session.domains, email: session.user.email }
}
