import { expect, it } from 'vitest'
import { countCodes, documentHref } from './parked.ts'

const row = {
  parked_id: '1',
  consumer: 'x',
  topic: 't',
  event_key: 'k',
  reason: '',
  attempts: 1,
  parked_at: '',
}

it('counts what waits for each reason, the most first', () => {
  const rows = ['A', 'B', 'B'].map((code) => ({ ...row, code }))
  expect(countCodes(rows)).toEqual([
    { code: 'B', count: 2 },
    { code: 'A', count: 1 },
  ])
})

it('leads to the form or the case, whatever its id is made of', () => {
  expect(documentHref('demo', { topic: 'form-events.v1', event_key: 'a/b' })).toBe(
    '/a/demo/reports/form_data/a%2Fb/',
  )
  expect(documentHref('demo', { topic: 'case-events.v1', event_key: 'c' })).toBe(
    '/a/demo/reports/case_data/c/',
  )
  expect(documentHref('demo', { topic: 'user-events.v1', event_key: 'u' })).toBeNull()
})
