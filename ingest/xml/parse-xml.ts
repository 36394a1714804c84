/**
 * A strict XML 1.0 + Namespaces parser for submissions: one pass, no recursion, no DTD, nothing read from outside.
 * It is our own because it is twice as fast as the best general one, and because a phone's form is hostile input
 * until proven otherwise; `parse-xml.fuzz.test.ts` holds it to the verdict and the tree of saxes.
 */
import { isUtf8 } from 'node:buffer'
import type { XmlAttribute, XmlElement } from './element.ts'
import { createNamespaces, leaveScope, type Namespaces } from './namespaces.ts'
import { readComment, readDeclaration, readInstruction, readMisc } from './prolog.ts'
import { decodeReferences } from './references.ts'
import { ILLEGAL_CHARACTER, skipSpace, XmlFault, type Scanner } from './scanner.ts'
import { readStartTag } from './start-tag.ts'

export interface XmlError {
  /** What is wrong, without any content of the document. */
  readonly message: string
  /** Both from 1; 1, 1 where the fault is not at one place. The column counts UTF-16 units. */
  readonly line: number
  readonly column: number
}
export type XmlResult =
  { readonly ok: true; readonly root: XmlElement } | { readonly ok: false; readonly error: XmlError }

export interface XmlLimits {
  /** Elements inside each other. */
  readonly maxDepth: number
  /** On one element, declarations included. */
  readonly maxAttributes: number
  /** Elements and attributes of the whole document. */
  readonly maxNodes: number
}
export const XML_LIMITS: XmlLimits = { maxDepth: 200, maxAttributes: 400, maxNodes: 300_000 }

interface OpenElement {
  readonly rawName: string
  readonly name: string
  readonly ns: string
  readonly attrs: readonly XmlAttribute[]
  readonly children: XmlElement[]
  text: string
  readonly scopeMark: number
}

interface Reader extends Scanner {
  readonly scope: Namespaces
  readonly limits: XmlLimits
  readonly open: OpenElement[]
  nodes: number
  root: XmlElement | null
}

/**
 * Parses one document. Never throws; time and memory are linear in the bytes, and bounded by `limits`.
 * Refuses: DOCTYPE, entities beyond the five of XML, bytes that are not UTF-8, characters outside XML 1.0, unbound
 * prefixes, repeated attributes, a second root, text after the root. CRLF and CR become LF; a BOM is skipped.
 * Source: XML 1.0 (fifth edition), Namespaces in XML 1.0.
 */
export function parseXml(bytes: Uint8Array, limits: XmlLimits = XML_LIMITS): XmlResult {
  if (!isUtf8(bytes))
    return { ok: false, error: { message: 'The bytes are not valid UTF-8', line: 1, column: 1 } }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return parseXmlText(buffer.toString('utf8'), limits)
}

/** As `parseXml`, for text in memory: tests, and documents of our own. */
export function parseXmlText(input: string, limits: XmlLimits = XML_LIMITS): XmlResult {
  const unmarked = input.charCodeAt(0) === 0xfeff ? input.slice(1) : input
  const text = unmarked.includes('\r') ? unmarked.replaceAll(/\r\n?/g, '\n') : unmarked
  const reader: Reader = { text, at: 0, scope: createNamespaces(), limits, open: [], nodes: 0, root: null }
  try {
    return { ok: true, root: readDocument(reader) }
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    return { ok: false, error: { message: error.message, ...placeOf(text, error.at) } }
  }
}

function placeOf(text: string, at: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', start)) {
    line++
    start = next + 1
  }
  return { line, column: at - start + 1 }
}

function readDocument(reader: Reader): XmlElement {
  const { text } = reader
  const illegal = ILLEGAL_CHARACTER.exec(text)
  if (illegal !== null) throw new XmlFault('A character that XML does not allow', illegal.index)
  if (!text.isWellFormed()) throw new XmlFault('A lone surrogate', 0)
  readDeclaration(reader)
  readMisc(reader)
  if (reader.at >= text.length) throw new XmlFault('The document has no root element', reader.at)
  openElement(reader)
  while (reader.open.length > 0) readContent(reader)
  readMisc(reader)
  if (reader.at < text.length || reader.root === null) throw new XmlFault('A second root element', reader.at)
  return reader.root
}

/** Reads one run of text and the markup that ends it. */
function readContent(reader: Reader): void {
  const { text, at } = reader
  const next = text.indexOf('<', at)
  if (next === -1) throw new XmlFault('An element is not closed', text.length)
  if (next > at) addText(reader, text.slice(at, next), at)
  reader.at = next
  const code = text.charCodeAt(next + 1)
  if (code === 47) closeElement(reader)
  else if (code === 33) readBang(reader)
  else if (code === 63) readInstruction(reader)
  else openElement(reader)
}

function addText(reader: Reader, raw: string, at: number): void {
  const current = reader.open.at(-1)
  if (current === undefined) return
  if (raw.includes(']]>'))
    throw new XmlFault('The characters ]]> may not stand in text', at + raw.indexOf(']]>'))
  current.text += decodeReferences(raw, at)
}

/** `<!--`, `<![CDATA[`, and what is refused. */
function readBang(reader: Reader): void {
  const { text, at } = reader
  if (text.startsWith('<!--', at)) return readComment(reader)
  if (!text.startsWith('<![CDATA[', at)) throw new XmlFault('Markup declarations are not accepted', at)
  const end = text.indexOf(']]>', at + 9)
  if (end === -1) throw new XmlFault('A CDATA section is not closed', at)
  const current = reader.open.at(-1)
  if (current !== undefined) current.text += text.slice(at + 9, end)
  reader.at = end + 3
  return undefined
}

function openElement(reader: Reader): void {
  const { limits, open, scope } = reader
  const scopeMark = scope.undo.length
  if (open.length >= limits.maxDepth) throw new XmlFault('Elements are nested too deeply', reader.at)
  const from = reader.at
  const { rawName, name, ns, attrs, empty } = readStartTag(reader, scope, limits.maxAttributes)
  reader.nodes += 1 + attrs.length
  if (reader.nodes > limits.maxNodes) throw new XmlFault('Too many elements and attributes', from)
  open.push({ rawName, name, ns, attrs, children: [], text: '', scopeMark })
  if (empty) finishElement(reader)
}

function closeElement(reader: Reader): void {
  const { text, at, open } = reader
  const rawName = open.at(-1)?.rawName ?? ''
  if (!text.startsWith(rawName, at + 2)) throw new XmlFault('An end tag does not match its start tag', at)
  reader.at = at + 2 + rawName.length
  skipSpace(reader)
  if (text.charCodeAt(reader.at) !== 62) throw new XmlFault('An end tag does not match its start tag', at)
  reader.at++
  finishElement(reader)
}

function finishElement(reader: Reader): void {
  const done = reader.open.pop()
  if (done === undefined) return
  leaveScope(reader.scope, done.scopeMark)
  const element: XmlElement = {
    name: done.name,
    ns: done.ns,
    attrs: done.attrs,
    children: done.children,
    text: done.text,
  }
  const parent = reader.open.at(-1)
  if (parent === undefined) reader.root = element
  else parent.children.push(element)
}
