import { describe, expect, it } from 'vitest'
import { parseXml, parseXmlText, XML_LIMITS } from './parse-xml.ts'

const parse = (text: string) => parseXml(Buffer.from(text))
function rootOf(text: string) {
  const result = parse(text)
  if (!result.ok) throw new Error(result.error.message)
  return result.root
}
function faultOf(input: string | Buffer): string {
  const result = parseXml(Buffer.from(input))
  return result.ok ? 'accepted' : result.error.message
}

describe('parseXml reads', () => {
  it('a form as the client writes it: single-quoted declaration, generated prefixes', () => {
    const root = rootOf(
      `<?xml version='1.0' ?><data xmlns="f" v='1'><n0:case xmlns:n0="c" case_id="x"><n0:close/></n0:case><q>a</q></data>`,
    )
    expect(root).toMatchObject({ name: 'data', ns: 'f', attrs: [{ name: 'v', ns: '', value: '1' }] })
    expect(root.children.map(({ name, ns }) => [name, ns])).toEqual([
      ['case', 'c'],
      ['q', 'f'],
    ])
    expect(root.children[0]?.children[0]).toMatchObject({ name: 'close', ns: 'c' })
  })

  it('declarations in any quoting and spacing, a BOM, comments, instructions and CDATA', () => {
    expect(
      rootOf(`\ufeff<?xml version = "1.0"  encoding='UTF-8' standalone="yes" ?>\n<!-- c --><?pi x?><a/>`)
        .name,
    ).toBe('a')
    expect(rootOf('<a>x<!-- c -->y<?p?>z<![CDATA[<&]]></a >\n<!-- end -->').text).toBe('xyz<&')
  })

  it('the five entities and character references', () => {
    expect(rootOf('<a b="&lt;&#10;&#x1F600;">&amp;&gt;&apos;&quot;&#65;</a>')).toMatchObject({
      attrs: [{ value: '<\n😀' }],
      text: `&>'"A`,
    })
  })

  it('line ends as LF, and line breaks in attributes as spaces', () => {
    expect(rootOf('<a b="1\r\n2\t3">x\r\ny\rz</a>')).toMatchObject({
      text: 'x\ny\nz',
      attrs: [{ value: '1 2 3' }],
    })
  })

  it('a default namespace until it is undeclared, and prefixes of their own scope', () => {
    const root = rootOf('<a xmlns="n" xmlns:p="1"><b xmlns="" xmlns:p="2"><p:c/></b><p:d/></a>')
    expect(root.children[0]).toMatchObject({ ns: '', children: [{ name: 'c', ns: '2' }] })
    expect(root.children[1]).toMatchObject({ name: 'd', ns: '1' })
  })

  it('names such as __proto__ and constructor as names', () => {
    const root = rootOf('<a __proto__="1" constructor="2"><__proto__>x</__proto__><constructor/></a>')
    expect(root.attrs.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
    expect(root.children.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('parseXml refuses', () => {
  it.each([
    ['nothing', '', 'no root'],
    ['white space alone', ' \n', 'no root'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'Document type'],
    ['entity expansion', '<!DOCTYPE a [<!ENTITY l "ll"><!ENTITY m "&l;&l;">]><a>&m;</a>', 'Document type'],
    [
      'an external entity',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      'Document type',
    ],
    ['a DOCTYPE inside', '<a><!DOCTYPE a></a>', 'Markup'],
    ['an unknown entity', '<a>&nbsp;</a>', 'Unknown entity'],
    ['a bare ampersand', '<a>a & b</a>', 'ampersand'],
    ['a reference to NUL', '<a>&#0;</a>', 'does not allow'],
    ['a reference to a surrogate', '<a>&#xD800;</a>', 'does not allow'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>', 'does not allow'],
    ['NUL', '<a>\0</a>', 'does not allow'],
    ['a control character', '<a b="\u0007"/>', 'does not allow'],
    ['U+FFFE', '<a>\ufffe</a>', 'does not allow'],
    ['mismatched tags', '<a><b></a></b>', 'does not match'],
    ['an end tag that only begins alike', '<a></ab>', 'does not match'],
    ['an open element', '<a><b></b>', 'not closed'],
    ['an open tag', '<a b="1"', 'not closed'],
    ['two roots', '<a/><b/>', 'second root'],
    ['text after the root', '<a/>x', 'outside'],
    ['text before the root', 'x<a/>', 'outside'],
    ['CDATA outside', '<a/><![CDATA[x]]>', 'not accepted'],
    ['an unbound prefix', '<p:a/>', 'prefix is not declared'],
    ['an unbound prefix on an attribute', '<a p:b="1"/>', 'prefix is not declared'],
    ['a prefix out of scope', '<a><b xmlns:p="1"/><p:c/></a>', 'prefix is not declared'],
    ['an undeclared prefix', '<a xmlns:p=""/>', 'undeclared'],
    ['a repeated attribute', '<a b="1" b="2"/>', 'repeated'],
    ['a repeated expanded name', '<a xmlns:p="1" xmlns:q="1" p:b="1" q:b="2"/>', 'repeated'],
    ['an unquoted attribute', '<a b=1/>', 'quoted'],
    ['an attribute without value', '<a b/>', 'value'],
    ['attributes without space', '<a b="1"c="2"/>', 'White space'],
    ['< in an attribute', '<a b="<"/>', 'may not contain <'],
    [']]> in text', '<a>]]></a>', ']]>'],
    ['a bad name', '<1a/>', 'name'],
    ['a name of two colons', '<a xmlns:b="1"><b:c:d/></a>', 'White space'],
    ['-- in a comment', '<a><!-- - -- --></a>', 'hyphens'],
    ['a late declaration', '<a><?xml version="1.0"?></a>', 'at the start'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'send UTF-8'],
  ])('%s', (_, text, message) => expect(faultOf(text)).toContain(message))

  it('bytes that are not UTF-8, overlong forms and encoded surrogates among them', () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xc3]]) {
      expect(faultOf(Buffer.concat([Buffer.from('<a>'), Buffer.from(bytes), Buffer.from('</a>')]))).toContain(
        'UTF-8',
      )
    }
    expect(parseXmlText('<a>\ud800</a>').ok).toBe(false)
  })

  it('says where, and never what', () => {
    const result = parse('<a>\n  <canary>&canary;</canary></a>')
    expect(result).toEqual({ ok: false, error: { message: 'Unknown entity reference', line: 2, column: 11 } })
  })
})

describe('parseXml bounds its work', () => {
  it('stops 100,000-deep nesting at the cap, and allows what is just below', () => {
    expect(faultOf('<a>'.repeat(100_000))).toContain('nested too deeply')
    const depth = XML_LIMITS.maxDepth
    expect(parse('<a>'.repeat(depth) + '</a>'.repeat(depth)).ok).toBe(true)
    expect(faultOf('<a>'.repeat(depth + 1) + '</a>'.repeat(depth + 1))).toContain('nested too deeply')
  })

  it('stops 10,000 attributes at the cap, and allows what is just below', () => {
    const withAttributes = (count: number) =>
      `<a ${Array.from({ length: count }, (_, n) => `a${n}="1"`).join(' ')}/>`
    expect(faultOf(withAttributes(10_000))).toContain('Too many attributes')
    expect(parse(withAttributes(XML_LIMITS.maxAttributes)).ok).toBe(true)
    expect(faultOf(withAttributes(XML_LIMITS.maxAttributes + 1))).toContain('Too many attributes')
  })

  it('stops at the number of nodes', () => {
    const limits = { ...XML_LIMITS, maxNodes: 10 }
    expect(parseXmlText(`<a>${'<b/>'.repeat(9)}</a>`, limits).ok).toBe(true)
    expect(parseXmlText(`<a>${'<b/>'.repeat(10)}</a>`, limits).ok).toBe(false)
  })

  it('reads an attribute of 2,000,000 line breaks', () => {
    expect(rootOf(`<a b="${'\n'.repeat(2_000_000)}"/>`).attrs[0]?.value).toBe(' '.repeat(2_000_000))
  })

  it('reads 10 MB of text in one element, references included', () => {
    expect(rootOf(`<a>${'x'.repeat(10_000_000)}</a>`).text).toHaveLength(10_000_000)
    expect(rootOf(`<a>${'&amp;'.repeat(200_000)}</a>`).text).toHaveLength(200_000)
  })
})
