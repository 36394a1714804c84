import { expect, it } from 'vitest'
import { toDayStages } from '../scenarios/mixed-day.ts'
import { arrivalsOf, constantRate, lengthOf } from './arrivals.ts'

it('spaces a constant rate evenly', () => {
  expect([...arrivalsOf(constantRate(4, 1))]).toEqual([0, 250, 500, 750])
})

it('begins as many in each second of a ramp as the rate then is', () => {
  const arrivals = [...arrivalsOf({ startRate: 0, stages: [{ target: 100, seconds: 10 }] })]
  expect(arrivals).toHaveLength(500)
  const inSecond = (second: number) => arrivals.filter((ms) => Math.floor(ms / 1_000) === second).length
  expect([0, 4, 9].map(inSecond)).toEqual([5, 45, 95].map((rate) => expect.closeTo(rate, -0.5)))
})

it('goes down as well as up, and jumps where a stage has no length', () => {
  const stages = [
    { target: 10, seconds: 2 },
    { target: 100, seconds: 0 },
    { target: 100, seconds: 1 },
    { target: 0, seconds: 2 },
  ]
  const arrivals = [...arrivalsOf({ startRate: 10, stages })]
  expect(arrivals).toHaveLength(20 + 100 + 100)
  expect(arrivals.filter((ms) => ms >= 2_000 && ms < 3_000)).toHaveLength(100)
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b))
  expect(arrivals.at(-1)).toBeLessThan(5_000)
})

it('loses nothing at the seams of stages that hold no whole number', () => {
  const stages = Array.from({ length: 10 }, () => ({ target: 0.5, seconds: 1 }))
  expect([...arrivalsOf({ startRate: 0.5, stages })]).toEqual([0, 2_000, 4_000, 6_000, 8_000])
})

it('holds the work of 10,000 workers in one day, however fast it runs', () => {
  for (const speed of [10, 60]) {
    const stages = toDayStages(speed)
    const { length } = [...arrivalsOf({ startRate: 1, stages })]
    expect(length / 120_000).toBeCloseTo(1, 1)
    expect(lengthOf({ startRate: 1, stages })).toBeCloseTo((14 * 3_600) / speed, 0)
  }
})
