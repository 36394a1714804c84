import { describe, expect, it } from 'vitest'
import { compare, differingHours } from './audit.ts'

const PLACE = { domain: 'demo', what: 'forms' } as const

describe('audit', () => {
  it('looks closer at hours that differ in number or checksum, or that one side lacks', () => {
    const expected = [
      { hour: '1', documents: 1, checksum: '5' },
      { hour: '2', documents: 1, checksum: '5' },
      { hour: '3', documents: 1, checksum: '5' },
    ]
    const found = [
      { hour: '1', documents: 1, checksum: '5' },
      { hour: '2', documents: 1, checksum: '6' },
      { hour: '4', documents: 1, checksum: '5' },
    ]
    expect(differingHours(expected, found)).toEqual(['2', '3', '4'])
  })

  it('names what is missing, stale and extra', () => {
    const expected = ['a', 'b', 'c'].map((id) => ({ id, version: 2 }))
    const found = [
      { id: 'a', version: 2 },
      { id: 'b', version: 1 },
      { id: 'd', version: 1 },
    ]
    const differences = compare(expected, found, PLACE).map(({ id, kind }) => `${id} ${kind}`)
    expect(differences).toEqual(['b stale', 'c missing', 'd extra'])
  })
})
