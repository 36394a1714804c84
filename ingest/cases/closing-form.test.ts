import { expect, it } from 'vitest'
import { SYSTEM_XMLNS } from '../contract.ts'
import { toFormDocument } from '../form/form-document.ts'
import { parseFormMeta } from '../form/form-meta.ts'
import { parseXmlText } from '../xml/parse-xml.ts'
import { extractCaseBlocks } from './case-blocks.ts'
import { closingForm } from './closing-form.ts'

it('§2.5: a system form closes each case, whatever its id', () => {
  const at = '2024-05-01T00:00:00.000123Z'
  const result = parseXmlText(closingForm(['a', 'b&"<'], { formId: 'f1', at }))
  if (!result.ok) throw new Error(result.error.message)
  expect(result.root.ns).toBe(SYSTEM_XMLNS)
  const close = { userId: 'system', modifiedAt: at, close: true, actions: ['close'] }
  expect(extractCaseBlocks(result.root, { userId: null, receivedAt: at })).toEqual({
    blocks: [
      { ...close, caseId: 'a' },
      { ...close, caseId: 'b&"<' },
    ],
  })
  expect(parseFormMeta(toFormDocument(result.root))).toMatchObject({
    deviceID: 'system',
    username: 'system',
    userID: 'system',
    instanceID: 'f1',
    timeEnd: at,
  })
})
