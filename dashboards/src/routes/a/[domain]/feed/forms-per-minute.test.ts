import { expect, it } from 'vitest'
import { PALETTE } from '#lib/charts/test/palette.ts'
import { formsPerMinuteOption, lastWholeMinute, longestLag } from './forms-per-minute.ts'

const MINUTES = [
  { minute: '2024-03-01T08:00:00.000Z', forms: 7 },
  { minute: '2024-03-01T08:01:00.000Z', forms: 2 },
]

it('draws a bar for each minute in the time of the project space, the running one paler', () => {
  expect(formsPerMinuteOption(MINUTES, 'Asia/Kathmandu', PALETTE)).toMatchObject({
    xAxis: { data: ['13:45', '13:46'] },
    series: [
      {
        data: [
          { value: 7, itemStyle: { opacity: 1 } },
          { value: 2, itemStyle: { opacity: 0.45 } },
        ],
      },
    ],
  })
})

it('tells the rate of the last minute that is over', () => {
  expect(lastWholeMinute(MINUTES)).toBe(7)
  expect(lastWholeMinute([])).toBe(0)
})

it('tells the lag of the slowest', () => {
  const consumer = { name: 'x', silent_seconds: 0, waiting_events: null }
  expect(longestLag([])).toBeNull()
  expect(
    longestLag([
      { ...consumer, lag_seconds: 1 },
      { ...consumer, lag_seconds: 4 },
    ]),
  ).toBe(4)
})
