/**
 * The tree that a form becomes: names without prefixes, namespaces resolved, no parent links. Arrays instead of
 * dictionaries, so that no name in a document (`__proto__`, `constructor`) can mean anything to us.
 */

export interface XmlAttribute {
  /** Local name; the prefix is dropped. */
  readonly name: string
  /** Namespace of a prefixed attribute; an attribute without prefix has none (''). */
  readonly ns: string
  readonly value: string
}

export interface XmlElement {
  /** Local name; the prefix is dropped. */
  readonly name: string
  /** Namespace, '' for none. */
  readonly ns: string
  /** Without namespace declarations, in document order. */
  readonly attrs: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** All character data directly inside this element, joined, exactly as written. */
  readonly text: string
}

/** The value of an attribute without namespace, or null. */
export function attributeOf(element: XmlElement, name: string): string | null {
  for (const attr of element.attrs) if (attr.name === name && attr.ns === '') return attr.value
  return null
}

/** The last child with this local name: where a form repeats one, the last counts. Source: reference §2.1. */
export function lastChild(element: XmlElement, name: string): XmlElement | null {
  for (let at = element.children.length - 1; at >= 0; at--) {
    const child = element.children[at]
    if (child?.name === name) return child
  }
  return null
}

/** The first child with this local name, or null. */
export function firstChild(element: XmlElement, name: string): XmlElement | null {
  return element.children.find((child) => child.name === name) ?? null
}
