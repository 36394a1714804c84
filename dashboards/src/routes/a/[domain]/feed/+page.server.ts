import { fail } from '@sveltejs/kit'
import { ParkedEvents, Pipeline, ReplayedEvents } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { ApiRefusal, domainPath, get, send, toPanel } from '#lib/server/api.ts'
import { answerUnexpected } from '#lib/server/problems.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  const { domain } = event.params
  const [pipeline, parked] = await Promise.all([
    toPanel(get(event, Pipeline, domainPath(domain, 'pipeline'))),
    toPanel(get(event, ParkedEvents, domainPath(domain, 'parked'))),
  ])
  return { pipeline, parked }
}

export const actions = {
  replay: async (event) => {
    const form = await event.request.formData()
    const asked = Object.fromEntries(['parked_id', 'code'].map((name) => [name, form.get(name) ?? undefined]))
    try {
      const response = await send(event, 'POST', domainPath(event.params.domain, 'parked/replay'), asked)
      const answer = ReplayedEvents.safeParse(await response.json().catch(() => null))
      if (!answer.success) return fail(502, { problem: answerUnexpected(response.status) })
      return { replayed: answer.data.replayed_events, hasMore: answer.data.has_more }
    } catch (cause) {
      if (cause instanceof ApiRefusal) return fail(cause.status, { problem: cause.problem })
      throw cause
    }
  },
} satisfies Actions
