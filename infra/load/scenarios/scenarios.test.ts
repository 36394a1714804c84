import { expect, it } from 'vitest'
import { createRandom } from '../../demo/random.ts'
import { toContext, type LoadTarget } from './port.ts'
import { SCENARIOS } from './scenarios.ts'
import { submitCases } from './submit-cases.ts'

const NOW = new Date('2026-03-04T05:06:07Z')
const target: LoadTarget = { domains: ['one', 'two', 'three'], authorization: 'ApiKey n:k', seed: 7 }

it.each(SCENARIOS)('$name is the same for the same seed, and other for another', (scenario) => {
  const begin = (seed: number) =>
    Array.from(
      { length: 200 },
      (_, index) => scenario.begin(toContext({ ...target, seed }, index, NOW)).request,
    )
  expect(begin(7)).toEqual(begin(7))
  const reads = begin(7).every(({ method }) => method === 'GET')
  expect(JSON.stringify(begin(8)) === JSON.stringify(begin(7))).toBe(reads)
})

it('never sends a form twice, and updates only cases that an earlier form of the same project space has made', () => {
  const sent = Array.from({ length: 9_000 }, (_, index) => {
    const { domain } = toContext(target, index, NOW)
    const { request, formId } = submitCases.begin(toContext(target, index, NOW))
    const caseId = /case_id="([^"]+)"/.exec(request.body ?? '')?.[1]
    return { index, formId, place: `${domain}/${caseId}`, creates: request.body?.includes('<n0:create>') }
  })
  const created = new Map(sent.filter(({ creates }) => creates).map(({ place, index }) => [place, index]))
  const updates = sent.filter(({ creates }) => !creates)
  expect(new Set(sent.map(({ formId }) => formId)).size).toBe(9_000)
  expect(updates.filter(({ place, index }) => !((created.get(place) ?? index) < index))).toEqual([])
  expect(updates.length / 9_000).toBeCloseTo(0.5, 1)
})

it('sends forms of 4 to 10 kB', () => {
  const sizes = Array.from({ length: 50 }, (_, index) =>
    Buffer.byteLength(submitCases.begin(toContext(target, index, NOW)).request.body ?? ''),
  )
  expect(Math.min(...sizes)).toBeGreaterThan(4_000)
  expect(Math.max(...sizes)).toBeLessThan(10_500)
})

it('spreads ids over their whole range, as phones do', () => {
  const firstDigits = new Set(
    Array.from({ length: 300 }, (_, index) => submitCases.begin(toContext(target, index, NOW)).formId?.[0]),
  )
  expect(firstDigits.size).toBe(16)
  expect(createRandom(1).next()).not.toBe(createRandom(2).next())
})
