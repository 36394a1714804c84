import { describe, expect, it } from 'vitest'
import { searchRows, sortRows } from './sort.ts'

interface Row {
  readonly id: number
  readonly value: string | number | null
}
const rows = (...values: (string | number | null)[]): Row[] => values.map((value, id) => ({ id, value }))
const ids = (sorted: readonly Row[]): number[] => sorted.map((row) => row.id)

describe('sortRows', () => {
  it('sorts numbers as numbers and keeps equal rows in their order', () => {
    expect(ids(sortRows(rows(10, 9, 10, 100), (row) => row.value, 'desc'))).toEqual([3, 0, 2, 1])
  })
  it('sorts names as people do', () => {
    expect(ids(sortRows(rows('worker10', 'Worker2', 'énora', 'Enid'), (row) => row.value, 'asc'))).toEqual([
      3, 2, 1, 0,
    ])
  })
  it('puts nothing last in both directions', () => {
    expect(ids(sortRows(rows(null, 1, 2), (row) => row.value, 'asc'))).toEqual([1, 2, 0])
    expect(ids(sortRows(rows(null, 1, 2), (row) => row.value, 'desc'))).toEqual([2, 1, 0])
  })
  it('does not touch what it is given', () => {
    const given = rows(2, 1)
    sortRows(given, (row) => row.value, 'asc')
    expect(ids(given)).toEqual([0, 1])
  })
})

describe('searchRows', () => {
  const names = ['Amina Odhiambo', 'Énora Kamau', 'Amina Kamau']
  it('finds every word, in any case, without accents', () => {
    expect(searchRows(names, (name) => name, 'kam AMI')).toEqual(['Amina Kamau'])
    expect(searchRows(names, (name) => name, 'enora')).toEqual(['Énora Kamau'])
  })
  it('finds all with no words', () => {
    expect(searchRows(names, (name) => name, '  ')).toEqual(names)
  })
})
