import { ParkedEvents } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { domainPath, get, toPanel } from '#lib/server/api.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  return { parked: await toPanel(get(event, ParkedEvents, domainPath(event.params.domain, 'parked'))) }
}
