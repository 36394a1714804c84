import { describe, expect, it } from 'vitest'
import { parseXmlText } from '../xml/parse-xml.ts'
import { isFormplayer, openRosaAnswer, openRosaBody, versionOf, type SubmissionOutcome } from './response.ts'

const success = '201 submit_success    √   '
const problem = "InvalidCaseIndex: Case 'a' references non-existent case 'b'"

describe('§1.6 response', () => {
  const table: readonly (readonly [SubmissionOutcome, string, string])[] = [
    [{ kind: 'saved' }, success, success],
    [{ kind: 'edited' }, success, success],
    [{ kind: 'duplicate', formId: 'f1' }, '201 submit_error Form is a duplicate of another! (f1)', success],
    [{ kind: 'case-error', problem }, `201 submit_error ${problem}`, `422 processing_failure ${problem}`],
    [
      { kind: 'post-save-failure' },
      success,
      '422 post_processing_failure Error performing post save operations',
    ],
    [
      { kind: 'unparsable', reason: 'Invalid XML: x' },
      '422 processing_failure There was an error processing the form: Invalid XML: x',
      '422 processing_failure There was an error processing the form: Invalid XML: x',
    ],
    [
      { kind: 'ignored' },
      '201 submit_success √ (this submission was ignored)',
      '201 submit_success √ (this submission was ignored)',
    ],
    [
      { kind: 'saved', fromFormplayer: true },
      '201 submit_success Form successfully saved!',
      '201 submit_success Form successfully saved!',
    ],
    [{ kind: 'refused-file', reason: 'r' }, '422 processing_failure r', '422 processing_failure r'],
  ]
  it.each(table)('%j', (outcome, v2, v3) => {
    const line = (version: 'V2' | 'V3') => {
      const { status, nature, text } = openRosaAnswer(outcome, version)
      return `${status} ${nature} ${text}`
    }
    expect(line('V2')).toBe(v2)
    expect(line('V3')).toBe(v3)
  })

  it('a blacklisted domain gets 509 submit_error', () => {
    expect(openRosaAnswer({ kind: 'blacklisted' }, 'V3')).toMatchObject({
      status: 509,
      nature: 'submit_error',
    })
  })

  it('is V3 for exactly 3.0', () => {
    expect([undefined, '1.0', '2.0', '3.0', '3', '3.0 '].map(versionOf)).toEqual([
      'V2',
      'V2',
      'V2',
      'V3',
      'V2',
      'V2',
    ])
  })

  it('has the documented body, without white space of its own', () => {
    expect(openRosaBody('submit_success', '   √   ')).toBe(
      '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="submit_success">   √   </message></OpenRosaResponse>',
    )
  })

  it('escapes its text', () => {
    const result = parseXmlText(openRosaBody('submit_error', `<a> & ]]> "b"`))
    expect(result.ok && result.root.children[0]?.text).toBe(`<a> & ]]> "b"`)
  })

  it('knows Formplayer by the device id', () => {
    expect([null, '', 'Formplayer', 'formplayer-1', 'x formplayer'].map(isFormplayer)).toEqual([
      false,
      false,
      true,
      true,
      false,
    ])
  })
})
