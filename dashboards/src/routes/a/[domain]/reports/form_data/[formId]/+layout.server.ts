import { send, soon } from '#lib/server/api.ts'
import { formPath } from '#lib/server/form-path.ts'
import type { LayoutServerLoad } from './$types'

/** More of the XML than this is read from its own address. Characters. */
const XML_SHOWN = 200_000

/** The XML as received never changes, so it is read once, not with every change of the numbers. */
export const load: LayoutServerLoad = async (event) => {
  const readXml = async (): Promise<{ text: string; isCut: boolean }> => {
    const text = await (await send(event, 'GET', formPath(event.params, '/xml'))).text()
    return { text: text.slice(0, XML_SHOWN), isCut: text.length > XML_SHOWN }
  }
  const xml = await soon(readXml())
  return { xml: xml.panel, xmlHref: formPath(event.params, '/xml') }
}
