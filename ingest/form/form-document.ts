/** From the tree of a submission to the JSON document that is stored, exported and queried as `form`. */
import type { FormObject, FormValue } from '../contract.ts'
import type { XmlElement } from '../xml/element.ts'
import { adjustDatetime } from './instant.ts'
import { normaliseMeta } from './form-meta.ts'

/**
 * The form document: `#type` = root's local name, attributes `@name`, text beside them `#text`, `@xmlns` where the
 * namespace changes, prefixes dropped, repeated siblings as arrays, empty elements as "". Every full date and time is
 * converted to UTC with six digits; dates stay. `Meta` becomes `meta`, and of several the first is kept.
 * All objects are without prototype, so `__proto__` is a question like any other.
 * Source: reference §1.10, Appendix A.1.
 */
export function toFormDocument(root: XmlElement): FormObject {
  const document = nullObject()
  document['#type'] = root.name
  fill(document, root, '')
  normaliseMeta(document)
  return document
}

export type MutableFormObject = { [name: string]: FormValue }

export function nullObject(): MutableFormObject {
  // A null-prototype object is a dictionary; TypeScript types it as any.
  return Object.create(null) as MutableFormObject
}

function toValue(element: XmlElement, parentNs: string): FormValue {
  const changesNs = element.ns !== parentNs && element.ns !== ''
  if (element.children.length === 0 && element.attrs.length === 0 && !changesNs)
    return adjustDatetime(element.text)
  const object = nullObject()
  fill(object, element, parentNs)
  return object
}

function fill(object: MutableFormObject, element: XmlElement, parentNs: string): void {
  for (const { name, ns, value } of element.attrs) {
    if (ns === '' || !(`@${name}` in object)) object[`@${name}`] = adjustDatetime(value)
  }
  if (element.ns !== parentNs && element.ns !== '') object['@xmlns'] = element.ns
  const text = element.children.length === 0 ? element.text : element.text.trim()
  if (text !== '') object['#text'] = adjustDatetime(text)
  for (const child of element.children) {
    const value = toValue(child, element.ns)
    const before = object[child.name]
    if (before === undefined) object[child.name] = value
    else if (Array.isArray(before)) before.push(value)
    else object[child.name] = [before, value]
  }
}
