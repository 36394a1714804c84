/** The parser is held to saxes (xmlns): the same verdict and the same tree, for good documents and for broken ones. */
import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import type { XmlAttribute, XmlElement } from './element.ts'
import { parseXmlText } from './parse-xml.ts'

type Open = { name: string; ns: string; attrs: XmlAttribute[]; children: XmlElement[]; text: string }

/** The tree that saxes reads; null when it refuses. */
function bySaxes(xml: string): XmlElement | null {
  const parser = new SaxesParser({ xmlns: true })
  const open: Open[] = []
  let root: XmlElement | null = null
  let doctype = false
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => (doctype = true))
  parser.on('opentag', ({ local, uri, attributes }) => {
    const attrs = Object.values(attributes)
      .filter(({ name, prefix }) => prefix !== 'xmlns' && name !== 'xmlns')
      .map(({ local: name, uri: ns, value }) => ({ name, ns, value }))
    open.push({ name: local, ns: uri, attrs, children: [], text: '' })
  })
  const addText = (text: string): void => {
    const current = open.at(-1)
    if (current !== undefined) current.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const done = open.pop()
    if (done === undefined) return
    const parent = open.at(-1)
    if (parent === undefined) root = done
    else parent.children.push(done)
  })
  try {
    parser.write(xml).close()
  } catch {
    return null
  }
  return doctype ? null : root
}

function byUs(xml: string): XmlElement | null {
  const result = parseXmlText(xml)
  return result.ok ? result.root : null
}

const name = fc.constantFrom('a', 'b', 'case', 'é', '_x-1.y', '__proto__', 'constructor', '数')
const prefix = fc.constantFrom('', '', 'p', 'q')
const uri = fc.constantFrom('urn:one', 'urn:two', 'http://commcarehq.org/case/transaction/v2')
const textPiece = fc.constantFrom(
  'x',
  ' ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '&amp;',
  '&lt;',
  '&#65;',
  '&#x1F600;',
  'é',
  '😀',
  "'",
  '"',
  '>',
  ']]',
)
const misc = fc.constantFrom('<!-- c -->', '<?pi d?>', '<?pi?>', '<![CDATA[<&x>]]>', '<![CDATA[]]>')
const value = fc
  .array(
    textPiece.filter((piece) => piece !== '"'),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(''))

const attribute = fc.oneof(
  fc.tuple(prefix, name, value).map(([p, n, v]) => `${p === '' ? n : `${p}:${n}`}="${v}"`),
  uri.map((u) => `xmlns="${u}"`),
  fc.tuple(fc.constantFrom('p', 'q'), uri).map(([p, u]) => `xmlns:${p}='${u}'`),
  fc.constantFrom('xmlns=""', 'xml:lang="fr"', 'xmlns:p=""', 'xmlns:xml="urn:one"', 'xmlns:xmlns="urn:one"'),
)
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      prefix,
      name,
      fc.uniqueArray(attribute, { maxLength: 4 }),
      fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, textPiece, misc, tie('element')), {
        maxLength: 5,
      }),
    )
    .map(([p, n, attrs, content]) => {
      const tag = p === '' ? n : `${p}:${n}`
      const head = `<${[tag, ...attrs].join(' ')}`
      return content.length === 0 ? `${head}/>` : `${head}>${content.join('')}</${tag} >`
    }),
}))
const declaration = fc.constantFrom(
  '',
  '\ufeff',
  `<?xml version='1.0' ?>`,
  '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n',
)
const document = fc.tuple(declaration, element).map(([head, body]) => head + body)
/** Everything bound, so that most documents are good. */
const bound = fc
  .tuple(declaration, element)
  .map(([head, body]) => `${head}<r xmlns:p="urn:one" xmlns:q="urn:three">${body}</r>`)

const fragments = [
  '<',
  '>',
  '&',
  ';',
  '"',
  "'",
  '/',
  '=',
  ' ',
  ':',
  '!',
  '?',
  '-',
  ']',
  '[',
  '</a>',
  '<a>',
  ']]>',
  '<!--',
  '-->',
  '<![CDATA[',
  '&#0;',
  '&x;',
  '\0',
  '\u0085',
  '\ufffe',
  'xmlns',
  'xml',
  'a',
  '1',
  '.',
  '<?xml version="1.0"?>',
  '\r',
]
const mutation = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 3 }),
  insert: fc.constantFrom('', ...fragments),
})

function mutate(xml: string, changes: readonly { at: number; remove: number; insert: string }[]): string {
  let text = xml
  for (const { at, remove, insert } of changes) {
    const place = at % (text.length + 1)
    text = text.slice(0, place) + insert + text.slice(place + remove)
  }
  return text
}

/** saxes reads a DTD, XML 1.1 and any encoding name; we do not, and say so in other tests. */
const outOfScope = (xml: string): boolean =>
  /<!D|version\s*=\s*.1\.[^0]|version\s*=\s*.1\.0\d|encoding/.test(xml) &&
  !xml.includes('encoding="UTF-8" standalone="no"?>\n')

/** saxes lets a local name begin with a digit, as in `p:1`, which the recommendation does not. */
const looseLocalName = (xml: string): boolean => /:[-.0-9]/.test(xml)

/** saxes lets a question mark stand in the target of an instruction, as in `<?p?i?>`, which no name may hold. */
const looseTarget = (xml: string): boolean => /<\?[^\s?]+\?[^>]/.test(xml)

/** saxes trims namespace names, which the recommendation does not. */
const trimmedBySaxes = (xml: string): boolean => /xmlns[^=]*=\s*(?:"\s|'\s|"[^"]*\s"|'[^']*\s')/.test(xml)

const runs = { numRuns: 4_000 }

describe('parseXml against saxes', () => {
  it('gives the same tree for generated documents', () => {
    let good = 0
    fc.assert(
      fc.property(bound, (xml) => {
        const theirs = bySaxes(xml)
        if (theirs !== null) good++
        expect(byUs(xml)).toEqual(theirs)
      }),
      runs,
    )
    expect(good).toBeGreaterThan(500)
  })

  it('gives the same verdict where prefixes may be unbound', () => {
    fc.assert(
      fc.property(document, (xml) => {
        expect(byUs(xml)).toEqual(bySaxes(xml))
      }),
      runs,
    )
  })

  it('gives the same verdict and tree for broken documents', () => {
    fc.assert(
      fc.property(bound, fc.array(mutation, { minLength: 1, maxLength: 3 }), (xml, changes) => {
        const text = mutate(xml, changes)
        fc.pre(
          text.isWellFormed() &&
            !outOfScope(text) &&
            !trimmedBySaxes(text) &&
            !looseLocalName(text) &&
            !looseTarget(text),
        )
        expect(byUs(text)).toEqual(bySaxes(text))
      }),
      runs,
    )
  })
})
