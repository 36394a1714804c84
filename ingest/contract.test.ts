import { describe, expect, it } from 'vitest'
import { blankCase } from './cases/apply-case-block.ts'
import { CaseSnapshot } from './contract.ts'

describe('CaseSnapshot', () => {
  it('keeps every property that a device can name', () => {
    const properties: unknown = JSON.parse('{"__proto__":"1","constructor":"2"}')
    expect(JSON.stringify(CaseSnapshot.parse({ ...blankCase('a'), properties }).properties)).toBe(
      '{"__proto__":"1","constructor":"2"}',
    )
  })

  it('takes texts only', () => {
    for (const properties of [{ a: 1 }, ['a'], null, 'a']) {
      expect(CaseSnapshot.safeParse({ ...blankCase('a'), properties }).success).toBe(false)
    }
  })
})
