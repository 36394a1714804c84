/** Where in a form the blocks about cases and stock are: by namespace, whatever the prefix, at any depth. */
import { CASE_XMLNS } from '../contract.ts'
import { attributeOf, firstChild, type XmlElement } from '../xml/element.ts'

export interface FoundBlock {
  readonly element: XmlElement
  /** `v1` is the block of the first clients, without a namespace of its own; `unknown` has one that nobody knows. */
  readonly kind: 'v1' | 'v2' | 'unknown'
}

function kindOf(element: XmlElement, parentNs: string): FoundBlock['kind'] | null {
  if (element.name !== 'case') return null
  if (attributeOf(element, 'case_id') === null && firstChild(element, 'case_id') === null) return null
  if (element.ns === CASE_XMLNS) return 'v2'
  return element.ns === '' || element.ns === parentNs ? 'v1' : 'unknown'
}

/**
 * All elements `case` with a `case_id`, in document order; not inside a case block, and not the root itself.
 * A block in the namespace of the element around it has none of its own: legacy V1. Source: reference §2.1.
 */
export function findCaseBlocks(root: XmlElement): readonly FoundBlock[] {
  const found: FoundBlock[] = []
  const visit = (parent: XmlElement): void => {
    for (const element of parent.children) {
      const kind = kindOf(element, parent.ns)
      if (kind === null) visit(element)
      else found.push({ element, kind })
    }
  }
  visit(root)
  return found
}
