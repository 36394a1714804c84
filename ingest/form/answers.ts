/** The answers of a form as a person reads them: in document order, without the blocks meant for machines. */
import { CASE_XMLNS, LEDGER_XMLNS } from '../contract.ts'
import { attributeOf, firstChild, type XmlElement } from '../xml/element.ts'
import { adjustDatetime } from './instant.ts'

/** The shape of `FormAnswer` in the API's contract. */
export interface FormAnswer {
  /** Slashes from the root; the 2nd of repeated siblings ends in `[2]`. */
  path: string
  /** The element's name made readable. */
  label: string
  /** The answer, "" when left empty; null for a group. */
  value: string | null
  children: FormAnswer[]
}

/** `child_name` → `Child name`. */
export function toLabel(name: string): string {
  const words = name.replaceAll(/[_.-]+/g, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

function isMachinery(element: XmlElement, parentIsRoot: boolean): boolean {
  if (element.ns === CASE_XMLNS || element.ns === LEDGER_XMLNS) return true
  if (element.name === 'case')
    return attributeOf(element, 'case_id') !== null || firstChild(element, 'case_id') !== null
  return parentIsRoot && element.name.toLowerCase() === 'meta'
}

/** All answers below the root, in document order; case, ledger and meta blocks are left out. */
export function toAnswers(root: XmlElement): FormAnswer[] {
  return answersIn(root, `/${root.name}`, true)
}

function answersIn(parent: XmlElement, path: string, parentIsRoot: boolean): FormAnswer[] {
  const visible = parent.children.filter((child) => !isMachinery(child, parentIsRoot))
  const totals = new Map<string, number>()
  for (const { name } of visible) totals.set(name, (totals.get(name) ?? 0) + 1)
  const seen = new Map<string, number>()
  return visible.flatMap((child) => {
    const nth = (seen.get(child.name) ?? 0) + 1
    seen.set(child.name, nth)
    const suffix = (totals.get(child.name) ?? 0) > 1 ? `[${nth}]` : ''
    return toAnswer(child, `${path}/${child.name}${suffix}`)
  })
}

function toAnswer(element: XmlElement, path: string): FormAnswer[] {
  const label = toLabel(element.name)
  if (element.children.length === 0)
    return [{ path, label, value: adjustDatetime(element.text), children: [] }]
  const children = answersIn(element, path, false)
  // A group that held nothing but case blocks has nothing to say.
  return children.length === 0 ? [] : [{ path, label, value: null, children }]
}
