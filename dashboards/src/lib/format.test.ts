import { describe, expect, it } from 'vitest'
import * as format from './format.ts'

describe('numbers', () => {
  it('groups thousands and keeps one decimal of a percentage', () => {
    expect(format.formatNumber(1_234_567)).toBe('1,234,567')
    expect(format.formatPercent(41.66)).toBe('41.7 %')
  })
  it('shows a dash where there is nothing to divide by', () => {
    expect(format.formatPercent(null)).toBe('—')
  })
  it('counts in words', () => {
    expect([
      format.countOf(1, 'form'),
      format.countOf(0, 'form'),
      format.countOf(1200, 'property', 'properties'),
    ]).toEqual(['1 form', '0 forms', '1,200 properties'])
  })
  it('sizes files', () => {
    expect([999, 1536, 2_000_000].map(format.formatBytes)).toEqual(['999 B', '1.5 kB', '2 MB'])
  })
})

describe('days', () => {
  it('are calendar days, whatever the zone of the machine', () => {
    expect(format.formatDay('2024-03-01')).toBe('1 Mar 2024')
    expect(format.formatWeekday('2024-03-01')).toMatch(/^Fri,? 1 Mar$/)
  })
  it('name the year of a range once', () => {
    expect(format.formatRange('2024-03-01', '2024-03-01')).toBe('1 Mar 2024')
    expect(format.formatRange('2024-03-01', '2024-03-07')).toBe('1 Mar – 7 Mar 2024')
    expect(format.formatRange('2023-12-30', '2024-01-02')).toBe('30 Dec 2023 – 2 Jan 2024')
  })
})

describe('instants', () => {
  it('are shown in the zone of the domain, across midnight', () => {
    expect(format.formatInstant('2024-03-01T22:30:00.000001Z', 'Africa/Nairobi')).toBe('2 Mar 2024, 01:30')
    expect(format.formatInstant(null, 'UTC')).toBe('—')
  })
  it('say up to when a number is complete, with its zone', () => {
    expect(format.formatAsOf('2024-03-01T08:15:09.123456Z', 'Asia/Kathmandu')).toBe(
      'as of 1 Mar, 14:00:09 (Asia/Kathmandu)',
    )
    expect(format.formatAsOf(null, 'UTC')).toBe('no data yet (UTC)')
  })
  it('leave a text that is no instant as it is', () => {
    expect(format.formatInstant('yesterday', 'UTC')).toBe('yesterday')
  })
})

it('makes names readable', () => {
  expect(format.readable('last_visit-date')).toBe('Last visit date')
  expect(format.readable('_')).toBe('_')
})

it('says spans in the largest unit that fits', () => {
  expect([0, 0.44, 12.3, 180, 7_300, 400_000].map(format.formatSpan)).toEqual([
    '0 s',
    '0.4 s',
    '12 s',
    '3 min',
    '2 h',
    '5 d',
  ])
})

it('says the minute in the zone', () => {
  expect(format.formatClock('2024-03-01T08:00:00.000000Z', 'Asia/Kathmandu')).toBe('13:45')
})
