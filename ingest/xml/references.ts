/** Entity and character references. Only the five names of XML itself exist here: no document can define its own. */
import { isCharacter, XmlFault } from './scanner.ts'

const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])
/** `&#x10FFFF;` with some leading zeros; anything longer is nobody's honest reference. */
const LONGEST_REFERENCE = 16

function resolve(body: string, at: number): string {
  const named = NAMED.get(body)
  if (named !== undefined) return named
  const numeric = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(body)
  if (numeric === null) throw new XmlFault('Unknown entity reference', at)
  const point =
    numeric[1] === undefined ? Number.parseInt(numeric[2] ?? '', 10) : Number.parseInt(numeric[1], 16)
  if (!isCharacter(point))
    throw new XmlFault('Character reference to a character that XML does not allow', at)
  return String.fromCodePoint(point)
}

/**
 * Replaces all references in a piece of text. Linear: each result is as short as its reference or shorter.
 * @param base where `raw` starts in the document, for the position of a fault.
 * @throws XmlFault
 */
export function decodeReferences(raw: string, base: number): string {
  let ampersand = raw.indexOf('&')
  if (ampersand === -1) return raw
  let out = ''
  let from = 0
  while (ampersand !== -1) {
    const body = raw.slice(ampersand + 1, ampersand + 1 + LONGEST_REFERENCE)
    const length = body.indexOf(';')
    if (length === -1) throw new XmlFault('An ampersand must begin an entity reference', base + ampersand)
    out += raw.slice(from, ampersand) + resolve(body.slice(0, length), base + ampersand)
    from = ampersand + length + 2
    ampersand = raw.indexOf('&', from)
  }
  return out + raw.slice(from)
}
