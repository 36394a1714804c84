import { expect, it } from 'vitest'
import { differingHours, differingIds } from './fingerprints.ts'

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

it('looks closer at documents that are missing, of another version, too much, or there twice', () => {
  const expected = ['a', 'b', 'c', 'd'].map((id) => ({ id, version: 2 }))
  const found = [
    { id: 'a', version: 2 },
    { id: 'b', version: 1 },
    { id: 'd', version: 2 },
    { id: 'd', version: 2 },
    { id: 'e', version: 1 },
  ]
  expect(differingIds(expected, found)).toEqual(['b', 'c', 'd', 'e'])
})
