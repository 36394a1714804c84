import { describe, expect, it } from 'vitest'
import { daysOf, readDayRange, toLocalDay } from './days.ts'

const NOW = new Date('2024-03-12T20:00:00Z')

describe('days of a report', () => {
  it('are the last seven, today of the time zone included, when none are asked for', () => {
    // 20:00 UTC is 01:45 of the next day in Kathmandu.
    expect(readDayRange({}, 'Asia/Kathmandu', NOW)).toMatchObject({
      startdate: '2024-03-07',
      enddate: '2024-03-13',
      days: 7,
      from: '2024-03-06 18:15:00.000000',
      to: '2024-03-13 18:15:00.000000',
    })
  })

  it('have 23 hours when the clock springs forward, 25 when it falls back', () => {
    const spring = { startdate: '2024-03-10', enddate: '2024-03-10' }
    expect(readDayRange(spring, 'America/New_York', NOW)).toMatchObject({
      from: '2024-03-10 05:00:00.000000',
      to: '2024-03-11 04:00:00.000000',
    })
    const autumn = { startdate: '2024-11-03', enddate: '2024-11-03' }
    expect(readDayRange(autumn, 'America/New_York', NOW)).toMatchObject({
      from: '2024-11-03 04:00:00.000000',
      to: '2024-11-04 05:00:00.000000',
    })
  })

  it('begin at the first instant where midnight does not exist', () => {
    const day = { startdate: '2018-11-04', enddate: '2018-11-04' }
    expect(readDayRange(day, 'America/Sao_Paulo', NOW).from).toBe('2018-11-04 03:00:00.000000')
  })

  it('are preceded by three periods of equal length', () => {
    const range = readDayRange({ startdate: '2024-03-01', enddate: '2024-03-10' }, 'UTC', NOW)
    expect(range.previousFrom).toBe('2024-01-31 00:00:00.000000')
  })

  it('are listed one by one, over the ends of months', () => {
    const range = readDayRange({ startdate: '2024-02-28', enddate: '2024-03-01' }, 'Asia/Kathmandu', NOW)
    expect(daysOf(range)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01'])
  })

  it.each([
    [{ startdate: '2024-03-02', enddate: '2024-03-01' }, 'UTC', 'WAREHOUSE_RANGE_INVALID'],
    [{ startdate: '2024-02-30', enddate: '2024-03-01' }, 'UTC', 'WAREHOUSE_RANGE_INVALID'],
    [{ startdate: '1900-01-01', enddate: '2024-03-01' }, 'UTC', 'WAREHOUSE_RANGE_TOO_LONG'],
    [{}, 'Mars/Olympus', 'WAREHOUSE_TIMEZONE_UNKNOWN'],
  ])('refuse %j in %s', (asked, timezone, code) => {
    expect(() => readDayRange(asked, timezone, NOW)).toThrow(expect.objectContaining({ code }))
  })

  it('of an instant are those of the zone', () => {
    expect(toLocalDay('2024-03-10 18:15:00.000000', 'Asia/Kathmandu')).toBe('2024-03-11')
    expect(toLocalDay('2024-03-10 18:14:59.999999', 'Asia/Kathmandu')).toBe('2024-03-10')
  })
})
