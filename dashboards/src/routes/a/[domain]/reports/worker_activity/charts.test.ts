import { describe, expect, it } from 'vitest'
import { PALETTE } from '#lib/charts/test/palette.ts'
import { activeIdleOption } from './active-idle.ts'
import { cellText, hourGrid, hoursOption, hoursTable } from './hours.ts'

describe('activeIdleOption', () => {
  it('shows the share in the middle and both numbers', () => {
    expect(activeIdleOption({ active: 52, idle: 8 }, PALETTE)).toMatchObject({
      title: { text: '87 %' },
      series: [
        {
          data: [
            { name: 'Active', value: 52 },
            { name: 'Idle', value: 8 },
          ],
        },
      ],
    })
  })
  it('divides nothing by nothing', () => {
    expect(activeIdleOption({ active: 0, idle: 0 }, PALETTE)).toMatchObject({ title: { text: '—' } })
  })
})

describe('hours', () => {
  const cells = [
    { weekday: 1, hour: 8, forms: 12 },
    { weekday: 7, hour: 23, forms: 3 },
    { weekday: 9, hour: 1, forms: 99 },
  ]
  it('fill a week of 168 hours, Monday first', () => {
    const grid = hourGrid(cells)
    expect(grid.flat()).toHaveLength(168)
    expect([grid[0]?.[8], grid[6]?.[23], grid.flat().reduce((sum, forms) => sum + forms)]).toEqual([
      12, 3, 15,
    ])
  })
  it('are drawn as hour, weekday, forms, up to the most', () => {
    const option = hoursOption(cells, PALETTE)
    expect(option).toMatchObject({ visualMap: { min: 0, max: 12 } })
    expect(option['series']).toMatchObject([
      {
        data: expect.arrayContaining([
          [8, 0, 12],
          [23, 6, 3],
        ]),
      },
    ])
  })
  it('have a scale also with no forms', () => {
    expect(hoursOption([], PALETTE)).toMatchObject({ visualMap: { max: 1 } })
  })
  it('say their cell in words', () => {
    expect(cellText({ value: [23, 6, 3] })).toBe('Sun 23:00–00:00: 3 forms')
  })
  it('have a table with the same numbers', () => {
    const table = hoursTable(cells)
    expect(table.columns).toEqual(['Hour', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])
    expect(table.rows).toHaveLength(24)
    expect(table.rows[8]).toEqual(['08:00', 12, 0, 0, 0, 0, 0, 0])
  })
})
