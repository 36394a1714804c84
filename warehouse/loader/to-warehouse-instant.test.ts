import { assert, date, property } from 'fast-check'
import { expect, it } from 'vitest'
import { toWarehouseInstant } from './to-warehouse-instant.ts'

it.each([
  ['2024-03-01T08:00:00.123456Z', '2024-03-01 08:00:00.123456'],
  ['2024-03-01T08:00:00Z', '2024-03-01 08:00:00.000000'],
  ['2024-02-29T23:59:59.9Z', '2024-02-29 23:59:59.900000'],
  ['0001-01-01T00:00:00.000000Z', '1900-01-01 00:00:00.000000'],
  ['1899-12-31T23:59:59.999999Z', '1900-01-01 00:00:00.000000'],
  ['9999-12-31T23:59:59.999999Z', '2299-12-31 23:59:59.999999'],
  ['2023-02-29T00:00:00Z', null],
  ['1900-02-29T00:00:00Z', null],
  ['2024-13-01T00:00:00Z', null],
  ['2024-03-01T24:00:00Z', null],
  ['2024-03-01T08:00:60Z', null],
  ['2024-03-01', null],
  ['+010000-01-01T00:00:00Z', null],
  ['', null],
  [undefined, null],
  [12, null],
])('%s becomes %s', (instant, expected) => {
  expect(toWarehouseInstant(instant)).toBe(expected)
})

it('writes every instant between 1900 and 2299 as it is', () => {
  const dates = date({ min: new Date('1900-01-01'), max: new Date('2299-12-31'), noInvalidDate: true })
  assert(
    property(dates, (instant) => {
      const text = instant.toISOString()
      expect(toWarehouseInstant(text)).toBe(`${text.slice(0, -1).replace('T', ' ')}000`)
    }),
  )
})
