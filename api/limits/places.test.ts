import { expect, it } from 'vitest'
import { createMetrics } from '#infra/platform/index.ts'
import { exportsBusy } from '../problems.ts'
import { createPlaces } from './places.ts'

it('has so many places in all, and so many for one project space', async () => {
  const metrics = createMetrics({ role: 'test' })
  const places = createPlaces({
    what: 'export',
    boundOf: (key, domain) => (key === 'exports.running' ? 3 : domain === 'large' ? 3 : 2),
    total: 'exports.running',
    ofSpace: 'exports.space_running',
    metrics,
    retryAfterSeconds: 7,
    toProblem: exportsBusy,
  })
  const leave = places.take('a')
  places.take('a')
  expect(() => places.take('a')).toThrow('in 7 seconds')
  places.take('large')
  expect(() => places.take('large')).toThrow('in 7 seconds')
  leave()
  leave()
  places.take('large')
  expect(() => places.take('a')).toThrow('in 7 seconds')
  const text = await metrics.text()
  expect(text).toMatch(/api_places_taken\{[^}]*what="export"[^}]*\} 3/)
  expect(text).toMatch(/api_places_refused_total\{[^}]*\} 3/)
})
