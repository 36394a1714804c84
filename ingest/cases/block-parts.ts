/** The `index` and `attachment` parts of a case block. */
import { attributeOf, lastChild, type XmlElement } from '../xml/element.ts'
import type { BlockAttachment, BlockIndex, CaseProblem } from './case-block.ts'

/** Later elements of a name replace earlier ones. */
function lastOfEach(holder: XmlElement | null): readonly XmlElement[] {
  if (holder === null) return []
  return [...new Map(holder.children.map((child) => [child.name, child])).values()]
}

/**
 * The indices that a block sets (or, with an empty id, removes).
 * Source: reference §2.5. Differs: an index from a case to itself is refused, as the clients do: no device could
 * restore such a case.
 */
export function readIndices(element: XmlElement, caseId: string): readonly BlockIndex[] | CaseProblem {
  const indices: BlockIndex[] = []
  for (const child of lastOfEach(lastChild(element, 'index'))) {
    const referenced_type = attributeOf(child, 'case_type')
    const relationship = attributeOf(child, 'relationship') ?? 'child'
    const referenced_id = child.text.trim()
    if (referenced_type === null)
      return { problem: `InvalidCaseIndex: Case '${caseId}' has an index without case_type` }
    if (relationship !== 'child' && relationship !== 'extension') {
      return { problem: `InvalidCaseIndex: Case '${caseId}' has an index with an unknown relationship` }
    }
    if (referenced_id === caseId)
      return { problem: `InvalidCaseIndex: Case '${caseId}' has an index to itself` }
    indices.push({ identifier: child.name, referenced_id, referenced_type, relationship })
  }
  return indices
}

/**
 * The attachments that a block sets or removes. A `local` one names a file of the same form; a name that did not come
 * with the form is kept without type and size. Source: reference §2.7.
 */
export function readAttachments(
  element: XmlElement,
  files: ReadonlyMap<string, { readonly contentType: string; readonly sizeBytes: number }>,
): readonly BlockAttachment[] {
  return lastOfEach(lastChild(element, 'attachment')).flatMap((child) => {
    const source_name = attributeOf(child, 'src')?.trim() ?? ''
    const from = attributeOf(child, 'from')?.trim() ?? ''
    // Something came from somewhere, but nothing says which file: there is nothing to link to.
    if (source_name === '' && from !== '') return []
    const file = from === 'local' || from === '' ? files.get(source_name) : undefined
    const content_type = file?.contentType ?? null
    return [{ name: child.name, source_name, content_type, size_bytes: file?.sizeBytes ?? null }]
  })
}
