import { expect, test } from 'vitest'
import { Problem } from '#infra/platform/index.ts'
import { countTests } from '../dev/count-tests.ts'
import { findDifferences, findRemaining } from './feed-actions.ts'
import { findFormId, readReceiverAnswer } from './form-actions.ts'
import { toMultipart } from './multipart.ts'
import { print, toErrorText, toTable } from './output.ts'
import { pick } from './people-actions.ts'

test('--json prints one object on one line, and never asks for words', () => {
  let said = ''
  const never = (): string => {
    throw new Error('asked')
  }
  print({ json: true, stdout: (text) => (said += text) }, { user_id: 'u1', note: 'a\nb' }, never)
  expect(said.endsWith('\n')).toBe(true)
  expect(said.trimEnd()).not.toContain('\n')
  expect(JSON.parse(said)).toEqual({ user_id: 'u1', note: 'a\nb' })
})

test('a command shows the fields that it promises, and no others', () => {
  const answer = { username: 'asha', secret: 'x', user_id: 'u1' }
  expect(pick(answer, ['user_id', 'username', 'password'])).toEqual({ user_id: 'u1', username: 'asha' })
})

test('a refusal is read as sentence and code, without a stack', () => {
  const text = toErrorText(new Problem('TENANTS_DOMAIN_MISSING', 'missing', 'There is no such domain.', {}))
  expect(text).toBe('casehouse: There is no such domain. [TENANTS_DOMAIN_MISSING]')
})

test('columns are aligned', () => {
  expect(
    toTable(
      ['name', 'n'],
      [
        ['long name', 1],
        ['x', null],
      ],
    ),
  ).toBe('name       n\nlong name  1\nx          -')
})

test.each([
  ['<data xmlns="x"><meta><instanceID>abc-1</instanceID></meta></data>', 'abc-1'],
  ['<d><orx:meta><orx:instanceID> uuid:9 </orx:instanceID></orx:meta></d>', 'uuid:9'],
  ['<d/>', null],
])('the form id of %s', (xml, expected) => {
  expect(findFormId(xml)).toBe(expected)
})

test('nature and message of what the receiver may answer', () => {
  const openRosa =
    '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="submit_success">a &amp; b</message></OpenRosaResponse>'
  expect(readReceiverAnswer(openRosa)).toEqual({ nature: 'submit_success', message: 'a & b' })
  const json = '{"error":"Say \\"who\\".","code":"API_X"}'
  expect(readReceiverAnswer(json)).toEqual({ nature: null, message: 'Say "who".' })
  expect(readReceiverAnswer('nope\n')).toEqual({ nature: null, message: 'nope' })
})

test('a multipart body cannot be broken by a file name', async () => {
  const content = Buffer.from([0, 13, 10, 255])
  const part = { name: 'a"\r\nX: 1', fileName: 'a"\r\nX: 1', contentType: 'image/png', content }
  const { body, contentType } = toMultipart([part])
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData()
  const contents = await Promise.all([...form.values()].map((entry) => new Response(entry).arrayBuffer()))
  expect(contents.map((bytes) => Buffer.from(bytes))).toEqual([content])
})

test('the last line of a test run never looks greener than the run', () => {
  const file = (status: string, count: number): object => ({
    status,
    assertionResults: Array.from({ length: count }),
  })
  const report = (passed: number, failed: number, ...files: object[]): string =>
    JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files })
  expect(countTests(report(3, 0, file('passed', 3)), 0)).toEqual({ passed: 3, failed: 0 })
  expect(countTests(report(3, 1, file('failed', 4)), 1)).toEqual({ passed: 3, failed: 1 })
  expect(countTests(report(3, 0, file('passed', 3), file('failed', 0)), 1)).toEqual({ passed: 3, failed: 1 })
  expect(countTests(report(3, 0, file('passed', 3)), 1)).toEqual({ passed: 3, failed: 1 })
  expect(countTests('', 0)).toEqual({ passed: 0, failed: 1 })
})

test('an audit tells its differences as a list or a number', () => {
  expect(findDifferences({ differences: [{}, {}] })).toBe(2)
  expect(findDifferences({ differences: 3 })).toBe(3)
  expect(findDifferences({})).toBe(0)
  expect([findRemaining({ remaining: 2 }), findRemaining({})]).toEqual([2, 0])
})
