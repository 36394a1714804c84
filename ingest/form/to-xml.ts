/** Writes a tree as XML: forms of our own (closing an extension chain), demo data and the round trips of the tests. */
import type { XmlElement } from '../xml/element.ts'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
])

/** For text between tags; a carriage return would otherwise be read as a line feed. */
export function escapeText(text: string): string {
  return text.replaceAll(/[&<>\r]/g, (char) => ESCAPES.get(char) ?? char)
}

/** For a value between double quotes. */
export function escapeAttribute(value: string): string {
  return value.replaceAll(/[&<>"\t\n\r]/g, (char) => ESCAPES.get(char) ?? char)
}

/** One document, UTF-8. Mixed content is written text first. The tree must be shallow: recursion. */
export function toXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, '')}`
}

function writeElement(element: XmlElement, parentNs: string): string {
  const declaration = element.ns === parentNs ? '' : ` xmlns="${escapeAttribute(element.ns)}"`
  const attrs = element.attrs.map((attr, at) =>
    attr.ns === ''
      ? ` ${attr.name}="${escapeAttribute(attr.value)}"`
      : ` xmlns:a${at}="${escapeAttribute(attr.ns)}" a${at}:${attr.name}="${escapeAttribute(attr.value)}"`,
  )
  const head = `<${element.name}${declaration}${attrs.join('')}`
  if (element.children.length === 0 && element.text === '') return `${head}/>`
  const children = element.children.map((child) => writeElement(child, element.ns))
  return `${head}>${escapeText(element.text)}${children.join('')}</${element.name}>`
}
