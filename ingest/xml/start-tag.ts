/** Reads one start tag: name, attributes, declarations. */
import type { XmlAttribute } from './element.ts'
import { declare, namespaceOf, type Namespaces } from './namespaces.ts'
import { decodeReferences } from './references.ts'
import { readName, skipSpace, XmlFault, type Scanner } from './scanner.ts'

export interface StartTag {
  /** As written, with its prefix: what the end tag must repeat. */
  readonly rawName: string
  readonly name: string
  readonly ns: string
  readonly attrs: readonly XmlAttribute[]
  /** Whether the tag ends with `/>`. */
  readonly empty: boolean
}

interface RawAttribute {
  readonly prefix: string
  readonly name: string
  readonly value: string
  readonly at: number
}

const NONE: readonly never[] = []
const COLON = 58

/** Reads a start tag from its `<`, and declares its namespaces in `scope`. @throws XmlFault */
export function readStartTag(scanner: Scanner, scope: Namespaces, maxAttributes: number): StartTag {
  const from = scanner.at
  scanner.at++
  let prefix = ''
  let name = readName(scanner)
  if (scanner.text.charCodeAt(scanner.at) === COLON) {
    scanner.at++
    prefix = name
    name = readName(scanner)
  }
  const rawName = scanner.text.slice(from + 1, scanner.at)
  const raw = readAttributes(scanner, maxAttributes)
  const attrs = raw.length === 0 ? NONE : resolveAttributes(raw, scope)
  const empty = scanner.text.charCodeAt(scanner.at) === 47
  scanner.at += empty ? 2 : 1
  return {
    rawName,
    name,
    ns: prefix === 'xmlns' ? refuse(from) : namespaceOf(scope, prefix, from),
    attrs,
    empty,
  }
}

function refuse(at: number): never {
  throw new XmlFault('The prefix xmlns cannot name an element', at)
}

/** Leaves the scanner on `>` or `/>`. */
function readAttributes(scanner: Scanner, maxAttributes: number): readonly RawAttribute[] {
  let raw: RawAttribute[] | null = null
  for (;;) {
    const spaced = skipSpace(scanner)
    const char = scanner.text[scanner.at]
    if (char === '>' || (char === '/' && scanner.text[scanner.at + 1] === '>')) return raw ?? NONE
    if (char === undefined) throw new XmlFault('A tag is not closed', scanner.at)
    if (!spaced) throw new XmlFault('White space is expected before an attribute', scanner.at)
    raw ??= []
    if (raw.length >= maxAttributes) throw new XmlFault('Too many attributes on one element', scanner.at)
    raw.push(readAttribute(scanner))
  }
}

function readAttribute(scanner: Scanner): RawAttribute {
  const at = scanner.at
  let prefix = ''
  let name = readName(scanner)
  if (scanner.text.charCodeAt(scanner.at) === COLON) {
    scanner.at++
    prefix = name
    name = readName(scanner)
  }
  skipSpace(scanner)
  if (scanner.text[scanner.at] !== '=') throw new XmlFault('An attribute must have a value', scanner.at)
  scanner.at++
  skipSpace(scanner)
  const quote = scanner.text[scanner.at]
  if (quote !== '"' && quote !== "'") throw new XmlFault('An attribute value must be quoted', scanner.at)
  const start = scanner.at + 1
  const end = scanner.text.indexOf(quote, start)
  if (end === -1) throw new XmlFault('An attribute value is not closed', scanner.at)
  scanner.at = end + 1
  return { prefix, name, value: normalise(scanner.text.slice(start, end), start), at }
}

/** Line breaks and tabs become spaces before references are resolved. Source: XML 1.0 §3.3.3. */
function normalise(raw: string, base: number): string {
  const lt = raw.indexOf('<')
  if (lt !== -1) throw new XmlFault('An attribute value may not contain <', base + lt)
  const broken = raw.includes('\n') || raw.includes('\t')
  return decodeReferences(broken ? raw.replaceAll(/[\n\t]/g, ' ') : raw, base)
}

function resolveAttributes(raw: readonly RawAttribute[], scope: Namespaces): readonly XmlAttribute[] {
  refuseRepeats(raw, (one) => (one.prefix === '' ? one.name : `${one.prefix}:${one.name}`))
  const attrs: XmlAttribute[] = []
  for (const { prefix, name, value, at } of raw) {
    if (prefix === 'xmlns') declare(scope, name, value, at)
    else if (prefix === '' && name === 'xmlns') declare(scope, '', value, at)
  }
  const expanded: { readonly key: string; readonly at: number }[] = []
  for (const { prefix, name, value, at } of raw) {
    if (prefix === 'xmlns' || (prefix === '' && name === 'xmlns')) continue
    const ns = prefix === '' ? '' : namespaceOf(scope, prefix, at)
    if (prefix !== '') expanded.push({ key: `{${ns}}${name}`, at })
    attrs.push({ name, ns, value })
  }
  if (expanded.length > 1) refuseRepeats(expanded, (one) => one.key)
  return attrs.length === 0 ? NONE : attrs
}

function refuseRepeats<T extends { readonly at: number }>(
  all: readonly T[],
  keyOf: (one: T) => string,
): void {
  if (all.length < 2) return
  const seen = new Set<string>()
  for (const one of all) {
    seen.add(keyOf(one))
  }
  if (seen.size !== all.length) throw new XmlFault('An attribute is repeated', all[0]?.at ?? 0)
}
