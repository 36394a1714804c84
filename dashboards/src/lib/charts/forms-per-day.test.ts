import { describe, expect, it } from 'vitest'
import { formsPerDayOption, tooltipText } from './forms-per-day.ts'
import { PALETTE } from './test/palette.ts'

const ROWS = [
  { day: '2024-03-01', forms: 12, active_workers: 3 },
  { day: '2024-03-02', forms: 0, active_workers: 0 },
]

describe('formsPerDayOption', () => {
  it('draws forms as bars and workers as a line over the same days', () => {
    expect(formsPerDayOption(ROWS, PALETTE)).toMatchObject({
      xAxis: [{ data: ['2024-03-01', '2024-03-02'] }, { data: ['2024-03-01', '2024-03-02'] }],
      series: [
        { name: 'Forms', type: 'bar', data: [12, 0] },
        { name: 'Active workers', type: 'line', data: [3, 0], xAxisIndex: 1, yAxisIndex: 1 },
      ],
    })
  })
  it('takes its colours from the tokens', () => {
    expect(formsPerDayOption(ROWS, PALETTE)).toMatchObject({
      series: [{ itemStyle: { color: PALETTE.first } }, { lineStyle: { color: PALETTE.second } }],
    })
  })
  it('draws no dots on a long range', () => {
    const rows = Array.from({ length: 90 }, () => ({ day: '2024-03-01', forms: 1, active_workers: 1 }))
    expect(formsPerDayOption(rows, PALETTE)).toMatchObject({ series: [{}, { showSymbol: false }] })
  })
})

it('says the day and each number', () => {
  const text = tooltipText([
    { axisValue: '2024-03-01', seriesName: 'Forms', value: 1200 },
    { axisValue: '2024-03-01', seriesName: 'Active workers', value: 3 },
  ])
  expect(text).toMatch(/^Fri,? 1 Mar\nForms: 1,200\nActive workers: 3$/)
  expect(tooltipText([])).toBe('')
})
