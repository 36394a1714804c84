/** Character classes of XML 1.0 and the position in a document being read. For `parse-xml.ts` and its helpers only. */

/** Where the reader stands in the document. The one mutable thing in this folder. */
export interface Scanner {
  readonly text: string
  at: number
}

/** A refusal on its way out of the parser; never leaves `parseXml`. The message holds no content of the document. */
export class XmlFault extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.name = 'XmlFault'
    this.at = at
  }
}

const NAME_START = 1
const NAME = 2
const SPACE = 4
const classes = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code)
  if (/[A-Za-z_]/.test(char)) classes[code] = NAME_START | NAME
  else if (/[-.0-9]/.test(char)) classes[code] = NAME
  else if (/[ \t\n\r]/.test(char)) classes[code] = SPACE
}

/** XML 1.0 fifth edition, NameStartChar above ASCII: first and last of each range. */
const START_ABOVE: readonly (readonly [number, number])[] = [
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x2ff],
  [0x370, 0x37d],
  [0x37f, 0x1fff],
  [0x200c, 0x200d],
  [0x2070, 0x218f],
  [0x2c00, 0x2fef],
  [0x3001, 0xd7ff],
  [0xf900, 0xfdcf],
  [0xfdf0, 0xfffd],
  [0x10000, 0xeffff],
]
/** And what NameChar has beyond it. */
const REST_ABOVE: readonly (readonly [number, number])[] = [
  [0xb7, 0xb7],
  [0x300, 0x36f],
  [0x203f, 0x2040],
]

function isNameAbove(point: number, first: boolean): boolean {
  if (START_ABOVE.some(([from, to]) => point >= from && point <= to)) return true
  return !first && REST_ABOVE.some(([from, to]) => point >= from && point <= to)
}

/** Everything that XML 1.0 does not allow; surrogates are already paired when the bytes were valid UTF-8. */
// eslint-disable-next-line no-control-regex
export const ILLEGAL_CHARACTER = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13
}

export function skipSpace(scanner: Scanner): boolean {
  const from = scanner.at
  while (isSpace(scanner.text.charCodeAt(scanner.at))) scanner.at++
  return scanner.at > from
}

/** Reads an NCName: a name without a colon. @throws XmlFault */
export function readName(scanner: Scanner): string {
  const { text } = scanner
  const from = scanner.at
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 128) {
      if (((classes[code] ?? 0) & (at === from ? NAME_START : NAME)) === 0) break
      continue
    }
    const point = text.codePointAt(at) ?? 0
    if (!isNameAbove(point, at === from)) break
    if (point > 0xffff) at++
  }
  if (at === from) throw new XmlFault('A name is expected here', from)
  scanner.at = at
  return text.slice(from, at)
}

/** Whether a code point may stand in a document. Source: XML 1.0, production Char. */
export function isCharacter(point: number): boolean {
  return (
    (point >= 0x20 && point <= 0xd7ff) ||
    point === 9 ||
    point === 10 ||
    point === 13 ||
    (point >= 0xe000 && point <= 0xfffd) ||
    (point >= 0x10000 && point <= 0x10ffff)
  )
}
