/** What may stand around elements: the XML declaration, comments, processing instructions. DOCTYPE may not. */
import { isSpace, readName, skipSpace, XmlFault, type Scanner } from './scanner.ts'

const DECLARATION =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"(1\.[0-9]+)"|'(1\.[0-9]+)')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"([A-Za-z][A-Za-z0-9._-]*)"|'([A-Za-z][A-Za-z0-9._-]*)'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/
const LONGEST_DECLARATION = 1_000
const ENCODINGS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])

/** Reads `<?xml …?>` where there is one. @throws XmlFault for a malformed one and for an encoding that is not UTF-8. */
export function readDeclaration(scanner: Scanner): void {
  if (!scanner.text.startsWith('<?xml', scanner.at)) return
  if (!isSpace(scanner.text.charCodeAt(scanner.at + 5))) return
  const match = DECLARATION.exec(scanner.text.slice(scanner.at, scanner.at + LONGEST_DECLARATION))
  if (match === null) throw new XmlFault('Malformed XML declaration', scanner.at)
  const encoding = match[3] ?? match[4]
  if (encoding !== undefined && !ENCODINGS.has(encoding.toLowerCase())) {
    throw new XmlFault('The declared encoding is not supported: send UTF-8', scanner.at)
  }
  scanner.at += match[0].length
}

/** Reads `<!-- … -->` from its `<`. @throws XmlFault */
export function readComment(scanner: Scanner): void {
  const end = scanner.text.indexOf('--', scanner.at + 4)
  if (end === -1) throw new XmlFault('A comment is not closed', scanner.at)
  if (scanner.text[end + 2] !== '>') throw new XmlFault('A comment may not contain two hyphens', end)
  scanner.at = end + 3
}

/** Reads `<?target … ?>` from its `<`; the instruction is ignored. @throws XmlFault */
export function readInstruction(scanner: Scanner): void {
  const from = scanner.at
  scanner.at += 2
  const target = readName(scanner)
  if (target.toLowerCase() === 'xml')
    throw new XmlFault('The XML declaration may only stand at the start', from)
  const closed = scanner.text.startsWith('?>', scanner.at)
  if (!closed && !skipSpace(scanner)) throw new XmlFault('Malformed processing instruction', scanner.at)
  const end = scanner.text.indexOf('?>', scanner.at)
  if (end === -1) throw new XmlFault('A processing instruction is not closed', from)
  scanner.at = end + 2
}

/** Reads comments, instructions and white space outside the root element. @throws XmlFault for anything else but `<name`. */
export function readMisc(scanner: Scanner): void {
  for (;;) {
    skipSpace(scanner)
    const { text, at } = scanner
    if (at >= text.length) return
    if (text[at] !== '<') throw new XmlFault('Text outside the root element', at)
    if (text[at + 1] === '?') readInstruction(scanner)
    else if (text.startsWith('<!--', at)) readComment(scanner)
    else if (text.startsWith('<!', at)) throw new XmlFault('Document type declarations are not accepted', at)
    else return
  }
}
