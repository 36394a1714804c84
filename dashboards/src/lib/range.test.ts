import { describe, expect, it } from 'vitest'
import { addDays, dayIn, presetRange, rangeParams, readRange } from './range.ts'

const TODAY = '2024-03-01'
const read = (query: string) => readRange(new URLSearchParams(query), TODAY)

describe('readRange', () => {
  it('is the last 7 days, today included, when nothing is asked for', () => {
    expect(read('')).toEqual({ preset: 'last7', startdate: '2024-02-24', enddate: '2024-03-01' })
  })
  it('takes two days as they are', () => {
    expect(read('startdate=2024-01-01&enddate=2024-01-31')).toEqual({
      preset: 'custom',
      startdate: '2024-01-01',
      enddate: '2024-01-31',
    })
  })
  it('turns two days around that are the wrong way round', () => {
    expect(read('range=custom&startdate=2024-02-02&enddate=2024-01-31')).toMatchObject({
      startdate: '2024-01-31',
      enddate: '2024-02-02',
    })
  })
  it('lets a preset win over days that a form sent along', () => {
    expect(read('range=today&startdate=2020-01-01&enddate=2020-01-02').startdate).toBe(TODAY)
  })
  it('completes one day and ignores what is no day', () => {
    expect(read('startdate=2024-02-01')).toMatchObject({ startdate: '2024-02-01', enddate: TODAY })
    expect(read('enddate=2024-02-01')).toMatchObject({ startdate: '2024-02-01', enddate: '2024-02-01' })
    expect(read('startdate=2024-13-45&enddate=now').preset).toBe('last7')
  })
})

describe('presets', () => {
  it('know months and leap years', () => {
    expect(presetRange('this_month', TODAY)).toMatchObject({ startdate: '2024-03-01', enddate: TODAY })
    expect(presetRange('last_month', TODAY)).toMatchObject({ startdate: '2024-02-01', enddate: '2024-02-29' })
    expect(presetRange('yesterday', TODAY)).toMatchObject({ startdate: '2024-02-29', enddate: '2024-02-29' })
    expect(presetRange('last_month', '2024-01-15')).toMatchObject({
      startdate: '2023-12-01',
      enddate: '2023-12-31',
    })
  })
  it('hold as many days as they say', () => {
    for (const [preset, days] of [
      ['last7', 7],
      ['last30', 30],
      ['last90', 90],
    ] as const) {
      const range = presetRange(preset, TODAY)
      expect(addDays(range.startdate, days - 1)).toBe(range.enddate)
    }
  })
})

it('reads back what it writes', () => {
  for (const query of ['range=last30', 'startdate=2024-01-01&enddate=2024-01-31']) {
    const range = read(query)
    const written = Object.entries(rangeParams(range)).flatMap(([name, value]) =>
      value ? [[name, value]] : [],
    )
    expect(read(new URLSearchParams(written).toString())).toEqual(range)
  }
})

it('finds the day of a zone, not of the machine', () => {
  const now = new Date('2024-02-29T22:30:00Z')
  expect([dayIn('Africa/Nairobi', now), dayIn('UTC', now), dayIn('America/Lima', now)]).toEqual([
    '2024-03-01',
    '2024-02-29',
    '2024-02-29',
  ])
})
