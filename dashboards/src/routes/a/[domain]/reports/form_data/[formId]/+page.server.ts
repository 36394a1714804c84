import { fail } from '@sveltejs/kit'
import { FormPage } from '#api/contract.ts'
import { ApiRefusal, domainPath, get, orErrorPage, send, soon } from '#lib/server/api.ts'
import type { Actions, PageServerLoad, RequestEvent } from './$types'

/** More of the XML than this is read from its own address. Characters. */
const XML_SHOWN = 200_000

function formPath(event: RequestEvent | Parameters<PageServerLoad>[0], rest = ''): string {
  return domainPath(event.params.domain, `forms/${encodeURIComponent(event.params.formId)}${rest}`)
}

export const load: PageServerLoad = async (event) => {
  const readXml = async (): Promise<{ text: string; isCut: boolean }> => {
    const text = await (await send(event, 'GET', formPath(event, '/xml'))).text()
    return { text: text.slice(0, XML_SHOWN), isCut: text.length > XML_SHOWN }
  }
  const [form, xml] = await Promise.all([orErrorPage(get(event, FormPage, formPath(event))), soon(readXml())])
  return { form, xml: xml.panel, xmlHref: formPath(event, '/xml') }
}

async function change(event: RequestEvent, verb: 'archive' | 'unarchive') {
  try {
    await send(event, 'POST', formPath(event, `/${verb}`))
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
