import { fail } from '@sveltejs/kit'
import { FormPage } from '#api/contract.ts'
import { NUMBERS } from '#lib/numbers.ts'
import { ApiRefusal, get, orErrorPage, send } from '#lib/server/api.ts'
import { formPath } from '#lib/server/form-path.ts'
import type { Actions, PageServerLoad, RequestEvent } from './$types'

/** Read again with every change: a form may be archived or replaced elsewhere while someone looks at it. */
export const load: PageServerLoad = async (event) => {
  event.depends(NUMBERS)
  return { form: await orErrorPage(get(event, FormPage, formPath(event.params))) }
}

async function change(event: RequestEvent, verb: 'archive' | 'unarchive') {
  try {
    await send(event, 'POST', formPath(event.params, `/${verb}`))
  } catch (cause) {
    if (cause instanceof ApiRefusal) return fail(cause.status, { problem: cause.problem })
    throw cause
  }
  return { done: verb }
}

export const actions = {
  archive: (event) => change(event, 'archive'),
  unarchive: (event) => change(event, 'unarchive'),
} satisfies Actions
