import { expect, it } from 'vitest'
import { mergeMetrics } from './merge-metrics.ts'
import { createMetrics } from './metrics.ts'

it('explains each name once and keeps its samples together, whoever counts it', async () => {
  const texts = await Promise.all(
    ['api', 'loader'].map(async (role) => {
      const metrics = createMetrics({ role })
      metrics.counter('test_things_total', 'Things.', ['kind']).inc({ kind: 'a' })
      metrics.gauge(`test_of_${role}`, 'Only here.').set(1)
      return metrics.text()
    }),
  )
  const merged = mergeMetrics([...texts, ''])
  expect(merged.match(/^# HELP test_things_total /gm)).toHaveLength(1)
  expect(merged.match(/^# TYPE process_cpu_seconds_total /gm)).toHaveLength(1)
  expect(merged).toContain(
    [
      '# HELP test_things_total Things.',
      '# TYPE test_things_total counter',
      'test_things_total{kind="a",role="api"} 1',
      'test_things_total{kind="a",role="loader"} 1',
    ].join('\n'),
  )
  expect(merged).toContain('test_of_loader{role="loader"} 1')
})
