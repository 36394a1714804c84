import { existsSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FormValue } from '../contract.ts'
import type { XmlElement } from '../xml/element.ts'
import { parseXml, parseXmlText } from '../xml/parse-xml.ts'
import { ILLEGAL_CHARACTER } from '../xml/scanner.ts'
import { toAnswers } from './answers.ts'
import { toFormDocument } from './form-document.ts'
import { parseFormMeta } from './form-meta.ts'
import { toXml } from './to-xml.ts'

function rootOf(xml: string): XmlElement {
  const result = parseXmlText(xml)
  if (!result.ok) throw new Error(result.error.message)
  return result.root
}
const documentOf = (xml: string) => toFormDocument(rootOf(xml))
const metaOf = (fields: string) => parseFormMeta(documentOf(`<data xmlns="f"><meta>${fields}</meta></data>`))

const REGISTER = `<data xmlns="http://openrosa.org/formdesigner/ABC" xmlns:jrm="http://dev.commcarehq.org/jr/xforms" uiVersion="1" version="4" name="Register">
  <n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="c1" user_id="u1" date_modified="2024-03-01T10:00:00.000+02:00">
    <n0:create><n0:case_type>patient</n0:case_type><n0:case_name>Ann</n0:case_name><n0:owner_id>u1</n0:owner_id></n0:create>
    <n0:update><n0:age>31</n0:age></n0:update>
  </n0:case>
  <q>yes</q>
  <n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>d</n1:deviceID><n1:timeStart>2024-03-01T09:59:00.000+02:00</n1:timeStart>
   <n1:timeEnd>2024-03-01T10:00:00.000+02:00</n1:timeEnd><n1:username>joe</n1:username><n1:userID>u1</n1:userID><n1:instanceID>f1</n1:instanceID></n1:meta>
</data>`

describe('toFormDocument', () => {
  it('stores the worked example of Appendix A.1 in the documented shape', () => {
    expect(JSON.parse(JSON.stringify(documentOf(REGISTER)))).toEqual({
      '#type': 'data',
      '@name': 'Register',
      '@uiVersion': '1',
      '@version': '4',
      '@xmlns': 'http://openrosa.org/formdesigner/ABC',
      case: {
        '@case_id': 'c1',
        '@date_modified': '2024-03-01T08:00:00.000000Z',
        '@user_id': 'u1',
        '@xmlns': 'http://commcarehq.org/case/transaction/v2',
        create: { case_type: 'patient', case_name: 'Ann', owner_id: 'u1' },
        update: { age: '31' },
      },
      q: 'yes',
      meta: {
        '@xmlns': 'http://openrosa.org/jr/xforms',
        deviceID: 'd',
        timeStart: '2024-03-01T07:59:00.000000Z',
        timeEnd: '2024-03-01T08:00:00.000000Z',
        username: 'joe',
        userID: 'u1',
        instanceID: 'f1',
      },
    })
  })

  it('makes arrays of repeated siblings, "" of empty elements, #text beside attributes', () => {
    expect(documentOf('<d xmlns="f"><c>1</c><e/><c><n>2</n></c><a k="v">t</a><b k="v"/></d>')).toEqual({
      '#type': 'd',
      '@xmlns': 'f',
      c: ['1', { n: '2' }],
      e: '',
      a: { '@k': 'v', '#text': 't' },
      b: { '@k': 'v' },
    })
  })

  it('writes @xmlns wherever the namespace changes, and drops prefixes', () => {
    const form = documentOf('<d xmlns="f" xmlns:x="y"><x:a><x:b>1</x:b><c>2</c></x:a><x:t>3</x:t></d>')
    expect(form).toEqual({
      '#type': 'd',
      '@xmlns': 'f',
      a: { '@xmlns': 'y', b: '1', c: { '@xmlns': 'f', '#text': '2' } },
      t: { '@xmlns': 'y', '#text': '3' },
    })
  })

  it('keeps __proto__, constructor and toString as ordinary questions', () => {
    const form = documentOf(
      '<d xmlns="f"><__proto__><x>1</x></__proto__><constructor>2</constructor><toString>3</toString></d>',
    )
    expect(JSON.stringify(form)).toBe(
      '{"#type":"d","@xmlns":"f","__proto__":{"x":"1"},"constructor":"2","toString":"3"}',
    )
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('renames Meta and the names of old clients, and keeps the first of several metas', () => {
    expect(
      documentOf(
        '<d xmlns="f"><Meta><TimeStart>2024-01-01</TimeStart><DeviceID>d</DeviceID><chw_id>u</chw_id><uid>i</uid></Meta></d>',
      ),
    ).toEqual({
      '#type': 'd',
      '@xmlns': 'f',
      meta: { timeStart: '2024-01-01', deviceID: 'd', userID: 'u', instanceID: 'i' },
    })
    expect(
      documentOf('<d xmlns="f"><meta><userID>1</userID></meta><meta><userID>2</userID></meta></d>')['meta'],
    ).toEqual({ userID: '1' })
  })
})

describe('every datetime-looking string', () => {
  const q = (text: string): FormValue | undefined => documentOf(`<d xmlns="f"><q>${text}</q></d>`)['q']
  it.each([
    ['2024-03-01T10:00:00.000+02:00', '2024-03-01T08:00:00.000000Z'],
    ['2024-03-01T10:00:00Z', '2024-03-01T10:00:00.000000Z'],
    ['2024-03-01T10:00:00', '2024-03-01T10:00:00.000000Z'],
    ['2024-03-01T23:30:00.123456-05:30', '2024-03-02T05:00:00.123456Z'],
    ['2024-03-01T00:15:00.1234569+0545', '2024-02-29T18:30:00.123456Z'],
    ['2024-12-31T23:59:59.999999-01', '2025-01-01T00:59:59.999999Z'],
    ['0099-01-01T00:00:00+00:00', '0099-01-01T00:00:00.000000Z'],
  ])('%s becomes %s', (written, stored) => expect(q(written)).toBe(stored))

  it.each([
    '2024-03-01',
    '10:00:00.000+02:00',
    '2024-13-45T99:00',
    '2024-13-45T99:00:00Z',
    '2023-02-29T10:00:00Z',
    '2024-03-01T24:00:00Z',
    '2024-03-01T10:00:60Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
    '2024-03-01T10:00:00Z and more',
    ' 2024-03-01T10:00:00Z',
    '2024-03-01 10:00:00Z',
    '٢٠٢٤-03-01T10:00:00Z',
  ])('%s stays as it is', (written) => expect(q(written)).toBe(written))
})

describe('parseFormMeta', () => {
  it('reads versions from all documented patterns', () => {
    const android =
      'CommCare Android, version "2.53.1"(463994). App v87. CommCare Version 2.53. Build 463994, built on: 2021-08-15'
    expect(metaOf(`<appVersion>${android}</appVersion>`)).toMatchObject({
      commcare_version: '2.53.1',
      app_build_version: 87,
    })
    expect(metaOf('<appVersion>v2 "2.7.0" (1234) b[12] #34 </appVersion>')).toMatchObject({
      commcare_version: '2.7.0',
      app_build_version: 12,
    })
    expect(metaOf('<appVersion>x " 2.9" #55 b</appVersion>')).toMatchObject({
      commcare_version: '2.9',
      app_build_version: 55,
    })
    expect(metaOf('<appVersion>2.0</appVersion>')).toMatchObject({
      commcare_version: null,
      app_build_version: null,
    })
  })

  it('uses the text of a value with a namespace of its own', () => {
    expect(metaOf('<v:appVersion xmlns:v="w">App v3.</v:appVersion>')).toMatchObject({
      appVersion: 'App v3.',
      app_build_version: 3,
    })
  })

  it('drops an unparsable timeStart, takes a date as midnight, and nothing as null', () => {
    expect(metaOf('<timeStart>yesterday</timeStart><timeEnd>2024-01-31</timeEnd><userID/>')).toMatchObject({
      timeStart: null,
      timeEnd: '2024-01-31T00:00:00.000000Z',
      userID: null,
      username: null,
    })
    expect(parseFormMeta(documentOf('<d xmlns="f"/>'))).toBeNull()
    expect(parseFormMeta(documentOf('<d xmlns="f"><meta/></d>'))).toBeNull()
  })

  it('reads a location, and an invalid one as null', () => {
    expect(metaOf('<location>-1.5 36.25 1700 4.5</location>')?.geo_point).toEqual({
      latitude: -1.5,
      longitude: 36.25,
      altitude: 1700,
      accuracy: 4.5,
    })
    expect(metaOf('<location>1 2</location>')?.geo_point).toEqual({
      latitude: 1,
      longitude: 2,
      altitude: null,
      accuracy: null,
    })
    for (const bad of ['', 'x y', '91 0', '0 181', '1', '1 2 3 4 5', '0x1 2', 'NaN 1']) {
      expect(metaOf(`<location>${bad}</location>`)?.geo_point).toBeNull()
    }
  })
})

describe('toAnswers', () => {
  it('lists answers in document order without case, ledger and meta blocks', () => {
    expect(toAnswers(rootOf(REGISTER))).toEqual([{ path: '/data/q', label: 'Q', value: 'yes', children: [] }])
    const root = rootOf(
      '<data xmlns="f"><b>1</b><child><first_name>A</first_name></child><a/><child><first_name>B</first_name><case xmlns="http://commcarehq.org/case/transaction/v2" case_id="c"/></child><save><case case_id="x"/></save></data>',
    )
    expect(toAnswers(root)).toEqual([
      { path: '/data/b', label: 'B', value: '1', children: [] },
      {
        path: '/data/child[1]',
        label: 'Child',
        value: null,
        children: [{ path: '/data/child[1]/first_name', label: 'First name', value: 'A', children: [] }],
      },
      { path: '/data/a', label: 'A', value: '', children: [] },
      {
        path: '/data/child[2]',
        label: 'Child',
        value: null,
        children: [{ path: '/data/child[2]/first_name', label: 'First name', value: 'B', children: [] }],
      },
    ])
  })
})

const questionName = fc.constantFrom('age', 'name', 'child', 'visit_date', '__proto__', 'constructor', 'été')
const answerText = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((text) => text.isWellFormed() && !ILLEGAL_CHARACTER.test(text))
const attributes = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('id', 'type', '__proto__'), ns: fc.constant(''), value: answerText }),
  { selector: (one) => one.name, maxLength: 2 },
)
function formOf(depth: number): fc.Arbitrary<XmlElement> {
  const children = depth === 0 ? fc.constant([]) : fc.array(formOf(depth - 1), { maxLength: 4 })
  const ns = fc.constantFrom('urn:form', 'urn:form', 'urn:other')
  return fc
    .record({ name: questionName, ns, attrs: attributes, children, text: answerText })
    .map((one) => (one.children.length > 0 ? { ...one, text: '' } : one))
}

/** Every answer of a tree as (path without order, text), read independently of the converter. */
function answersOf(element: XmlElement, path: string): string[] {
  const own = element.text === '' ? [] : [`${path}=${element.text}`]
  const attrs = element.attrs.map(({ name, value }) => `${path}/@${name}=${value}`)
  return [...own, ...attrs, ...element.children.flatMap((child) => answersOf(child, `${path}/${child.name}`))]
}
function leavesOf(value: FormValue, path: string): string[] {
  if (typeof value === 'string') return value === '' && !path.includes('@') ? [] : [`${path}=${value}`]
  if (Array.isArray(value)) return value.flatMap((one: FormValue) => leavesOf(one, path))
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === '#type' || name === '@xmlns') return []
    return leavesOf(inner, name === '#text' ? path : `${path}/${name}`)
  })
}

describe('XML to JSON', () => {
  it('keeps every answer of a random form, and the parser reads back what the writer wrote', () => {
    fc.assert(
      fc.property(formOf(3), (root) => {
        const read = rootOf(toXml(root))
        expect(read).toEqual(root)
        const json = JSON.parse(JSON.stringify(toFormDocument(read))) as FormValue
        expect(leavesOf(json, '').toSorted()).toEqual(answersOf(root, '').toSorted())
      }),
      { numRuns: 300 },
    )
  })

  const folder = '../shared/data/commcare-core'
  it.skipIf(!existsSync(folder))(`reads the files of the client engine (${folder})`, () => {
    for (const file of [
      'case_create_basic.xml',
      'create_cases_with_parents.xml',
      'ledger_create_basic.xml',
      'indexed_fixture/indexed-fixture.xml',
    ]) {
      const result = parseXml(readFileSync(`${folder}/${file}`))
      expect(result.ok && toFormDocument(result.root)['#type']).toBe('OpenRosaResponse')
    }
  })
})
