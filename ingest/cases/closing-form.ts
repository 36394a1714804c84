/** The form that the platform itself submits to close an extension chain. */
import { CASE_XMLNS, SYSTEM_XMLNS } from '../contract.ts'
import { toXml } from '../form/to-xml.ts'
import type { XmlAttribute, XmlElement } from '../xml/element.ts'

const SYSTEM = 'system'
const META_XMLNS = 'http://openrosa.org/jr/xforms'

const element = (
  ns: string,
  name: string,
  inside: string | readonly XmlElement[],
  attrs: readonly XmlAttribute[] = [],
): XmlElement =>
  typeof inside === 'string'
    ? { name, ns, attrs, children: [], text: inside }
    : { name, ns, attrs, children: inside, text: '' }

/**
 * A form that closes these cases, as XML: device, user name and user id are `system`.
 * @param form.at an instant: date_modified of each block, timeStart and timeEnd.
 * Source: reference §2.5.
 */
export function closingForm(
  caseIds: readonly string[],
  form: { readonly formId: string; readonly at: string },
): string {
  const attribute = (name: string, value: string): XmlAttribute => ({ name, ns: '', value })
  const blocks = caseIds.map((caseId) =>
    element(
      CASE_XMLNS,
      'case',
      [element(CASE_XMLNS, 'close', '')],
      [attribute('case_id', caseId), attribute('user_id', SYSTEM), attribute('date_modified', form.at)],
    ),
  )
  const meta = Object.entries({
    deviceID: SYSTEM,
    timeStart: form.at,
    timeEnd: form.at,
    username: SYSTEM,
    userID: SYSTEM,
    instanceID: form.formId,
  }).map(([name, text]) => element(META_XMLNS, name, text))
  return toXml(element(SYSTEM_XMLNS, 'system', [...blocks, element(META_XMLNS, 'meta', meta)]))
}
