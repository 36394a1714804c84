import { describe, expect, it } from 'vitest'
import { parseXmlText } from '../xml/parse-xml.ts'
import type { CaseBlock } from './case-block.ts'
import { extractCaseBlocks } from './case-blocks.ts'

const V2 = 'http://commcarehq.org/case/transaction/v2'
const RECEIVED = '2024-05-02T00:00:00.000000Z'

function extract(body: string, ns = 'urn:form') {
  const result = parseXmlText(`<data xmlns="${ns}" xmlns:c="${V2}">${body}</data>`)
  if (!result.ok) throw new Error(result.error.message)
  return extractCaseBlocks(result.root, {
    userId: 'form-user',
    receivedAt: RECEIVED,
    attachments: new Map([['a.jpg', { contentType: 'image/jpeg', sizeBytes: 3 }]]),
  })
}
function blocksOf(body: string, ns?: string): readonly CaseBlock[] {
  const result = extract(body, ns)
  if ('problem' in result) throw new Error(result.problem)
  return result.blocks
}
function problemOf(body: string): string {
  const result = extract(body)
  return 'problem' in result ? result.problem : 'no problem'
}
const block = (inner: string, attrs = 'case_id="c1" user_id="u1" date_modified="2024-05-01T10:00:00.000Z"') =>
  `<case xmlns="${V2}" ${attrs}>${inner}</case>`

describe('§2.1 shape', () => {
  it('reads a block with all its parts', () => {
    const blocks = blocksOf(
      block(
        '<create><case_type>t</case_type><case_name>n</case_name><owner_id>o</owner_id></create><update><prop>v</prop></update>' +
          '<index><parent case_type="t2">p1</parent><host case_type="t3" relationship="extension">h1</host></index>' +
          '<attachment><photo src="a.jpg" from="local"/></attachment><close/>',
      ),
    )
    expect(blocks).toEqual([
      {
        caseId: 'c1',
        userId: 'u1',
        modifiedAt: '2024-05-01T10:00:00.000000Z',
        actions: ['create', 'update', 'index', 'close', 'attachment'],
        create: { case_type: 't', case_name: 'n', owner_id: 'o' },
        update: { prop: 'v' },
        indices: [
          { identifier: 'parent', referenced_id: 'p1', referenced_type: 't2', relationship: 'child' },
          { identifier: 'host', referenced_id: 'h1', referenced_type: 't3', relationship: 'extension' },
        ],
        close: true,
        attachments: [{ name: 'photo', source_name: 'a.jpg', content_type: 'image/jpeg', size_bytes: 3 }],
      },
    ])
    expect(JSON.parse(JSON.stringify(blocks))).toEqual(blocks)
  })

  it('finds blocks by namespace with any prefix, in groups and repeats, but not inside a block', () => {
    const nested = `<c:case case_id="in"><c:close/></c:case>`
    const ids = blocksOf(
      `<g><h><c:case case_id="a"><c:close/>${nested}</c:case></h></g><r><n:case xmlns:n="${V2}" case_id="b"/></r><r>${block('', 'case_id="d"')}</r>`,
    ).map(({ caseId }) => caseId)
    expect(ids).toEqual(['a', 'b', 'd'])
  })

  it('looks inside an element called case that has no case_id', () => {
    expect(blocksOf(`<case><c:case case_id="a"/></case>`).map(({ caseId }) => caseId)).toEqual(['a'])
  })

  it('ignores blocks within device reports', () => {
    expect(blocksOf(block('<close/>'), 'http://code.javarosa.org/devicereport')).toEqual([])
  })

  it('converts a legacy block without namespace, and refuses an unknown one', () => {
    const legacy =
      '<case><case_id>v1</case_id><date_modified>2010-06-29T13:42:50.000000Z</date_modified>' +
      '<create><case_type_id>t</case_type_id><case_name>n</case_name><user_id>u9</user_id></create></case>'
    expect(blocksOf(legacy)).toMatchObject([
      {
        caseId: 'v1',
        userId: 'u9',
        modifiedAt: '2010-06-29T13:42:50.000000Z',
        create: { case_type: 't', case_name: 'n' },
      },
    ])
    expect(problemOf('<case xmlns="urn:else" case_id="a"/>')).toMatch(/^CaseValueError: /)
  })

  it('takes date_modified: missing → now, date-only → midnight, invalid → PhoneDateValueError', () => {
    const at = (date: string) => blocksOf(block('', `case_id="c" ${date}`))[0]?.modifiedAt
    expect(at('')).toBe(RECEIVED)
    expect(at('date_modified="2024-05-01"')).toBe('2024-05-01T00:00:00.000000Z')
    expect(at('date_modified="2024-05-01T10:00:00.5+05:45"')).toBe('2024-05-01T04:15:00.500000Z')
    expect(problemOf(block('', 'case_id="c" date_modified="2024-13-01"'))).toMatch(/^PhoneDateValueError: /)
    expect(problemOf(block('<update><date_opened>soon</date_opened></update>'))).toMatch(
      /^PhoneDateValueError: /,
    )
  })

  it('does not count empty create, update and index as actions; close counts whenever present', () => {
    expect(blocksOf(block('<create/><update/><index/><attachment/>'))[0]).toMatchObject({
      actions: [],
      close: false,
    })
    expect(blocksOf(block('<close>x</close>'))[0]).toMatchObject({ actions: ['close'], close: true })
  })

  it('lets the last of duplicate sub-elements win', () => {
    const [read] = blocksOf(
      block(
        '<update><a>1</a></update><update><a>2</a><a>3</a><b/></update><index><p case_type="x">1</p><p case_type="y">2</p></index>',
      ),
    )
    expect(read?.update).toEqual({ a: '3', b: '' })
    expect(read?.indices).toEqual([
      { identifier: 'p', referenced_id: '2', referenced_type: 'y', relationship: 'child' },
    ])
  })

  it('falls back to the form user, and adjusts datetimes in properties', () => {
    const [read] = blocksOf(
      block('<update><seen>2024-05-01T10:00:00+02:00</seen></update>', 'case_id="c" user_id=""'),
    )
    expect(read?.userId).toBe('form-user')
    expect(read?.update).toEqual({ seen: '2024-05-01T08:00:00.000000Z' })
  })

  it('reads properties named __proto__, constructor and toString', () => {
    const [read] = blocksOf(
      block('<update><__proto__>1</__proto__><constructor>2</constructor><toString>3</toString></update>'),
    )
    expect(JSON.stringify(read?.update)).toBe('{"__proto__":"1","constructor":"2","toString":"3"}')
  })
})

describe('§2.2 ordering within one form', () => {
  it('sorts by case id, then by the lowest rank of the actions, else as in the form', () => {
    const one = (id: string, inner: string) => block(inner, `case_id="${id}"`)
    const blocks = blocksOf(
      one('b', '<close/>') +
        one('b', '<update><n>1</n></update>') +
        one('a', '') +
        one('b', '<update><n>2</n></update><create><case_name>x</case_name></create>') +
        one('b', '<update><n>3</n></update>'),
    )
    expect(blocks.map(({ caseId, actions, update }) => [caseId, actions[0], update?.['n']])).toEqual([
      ['a', undefined, undefined],
      ['b', 'create', '2'],
      ['b', 'update', '1'],
      ['b', 'update', '3'],
      ['b', 'close', undefined],
    ])
  })
})

describe('§1.7 known processing errors', () => {
  it.each([
    ['a blank case_id', block('', 'case_id=" "'), 'IllegalCaseId: '],
    ['an endless case_id', block('', `case_id="${'x'.repeat(256)}"`), 'IllegalCaseId: '],
    ['referrals', block('<referral/>'), 'UsesReferrals: '],
    [
      'a name over 255 characters',
      block(`<update><name>${'x'.repeat(256)}</name></update>`),
      'CaseValueError: ',
    ],
    [
      'a type over 255 characters',
      block(`<create><case_type>${'x'.repeat(256)}</case_type></create>`),
      'CaseValueError: ',
    ],
    [
      'an owner over 255 characters',
      block(`<update><owner_id>${'x'.repeat(256)}</owner_id></update>`),
      'CaseValueError: ',
    ],
    [
      'an external_id over 255 characters',
      block(`<update><external_id>${'x'.repeat(256)}</external_id></update>`),
      'CaseValueError: ',
    ],
    ['an index without case_type', block('<index><parent>p</parent></index>'), 'InvalidCaseIndex: '],
    [
      'an index of unknown relationship',
      block('<index><p case_type="t" relationship="question">p</p></index>'),
      'InvalidCaseIndex: ',
    ],
    [
      'an index of empty relationship',
      block('<index><p case_type="t" relationship="">p</p></index>'),
      'InvalidCaseIndex: ',
    ],
    ['an index to itself', block('<index><p case_type="t">c1</p></index>'), 'InvalidCaseIndex: '],
  ])('%s', (_, body, start) => expect(problemOf(body).startsWith(start)).toBe(true))

  it('counts characters, not UTF-16 units', () => {
    expect(blocksOf(block(`<update><name>${'😀'.repeat(255)}</name></update>`))).toHaveLength(1)
  })
})
