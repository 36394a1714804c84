import { array, assert, constantFrom, double, property } from 'fast-check'
import { expect, it } from 'vitest'
import { createHistogram } from './histogram.ts'

it('tells percentiles within 1 % of the exact ones, and never better', () => {
  const latencies = array(double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1 })
  const share = constantFrom(0.5, 0.95, 0.99, 1)
  assert(
    property(latencies, share, (samples, at) => {
      const histogram = createHistogram()
      for (const ms of samples) histogram.record(ms)
      const exact = samples.toSorted((a, b) => a - b)[Math.ceil(samples.length * at) - 1] ?? Number.NaN
      const told = histogram.percentile(at)
      expect(told).toBeGreaterThanOrEqual(exact - 0.0005)
      expect(told).toBeLessThanOrEqual(exact * 1.01 + 0.001)
    }),
  )
})

it('knows the count, the mean and the largest exactly', () => {
  const histogram = createHistogram()
  for (const ms of [1, 2, 3_000]) histogram.record(ms)
  expect(histogram.toPercentiles()).toMatchObject({ count: 3, mean: 1_001, max: 3_000 })
})

it('takes what is negative as nothing and what is endless as 71 minutes', () => {
  const histogram = createHistogram()
  histogram.record(-5)
  expect(histogram.percentile(1)).toBeLessThanOrEqual(0)
  histogram.record(1e9)
  expect(histogram.percentile(1)).toBeCloseTo(4_294_967, 0)
})

it('has no percentile while it is empty', () => {
  expect(createHistogram().percentile(0.99)).toBeNaN()
})
