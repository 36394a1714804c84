import { expect, it } from 'vitest'
import { measureDeliver } from './feed/measure-deliver.ts'
import { createMetrics } from './metrics.ts'
import type { FeedEvent, FeedRange } from './contract.ts'

const event: FeedEvent = {
  topic: 'form-events.v1',
  domain: 'd',
  eventKey: 'k',
  payload: '{}',
  xid: '1',
  seq: '1',
  createdAt: new Date(0),
}
const range: FeedRange = {
  consumer: 'warehouse-loader',
  from: { xid: '0', seq: '0' },
  to: { xid: '1', seq: '1' },
  token: 't',
  events: [event, event],
}

it('gives the same metric to two parts that ask for one name, and both count together', async () => {
  const metrics = createMetrics({ role: 'test' })
  metrics.counter('test_things_total', 'Things.', ['kind']).inc({ kind: 'a' })
  metrics.counter('test_things_total', 'Things.', ['kind']).inc({ kind: 'a' })
  expect(await metrics.text()).toContain('test_things_total{kind="a",role="test"} 2')
})

it('looks before it is read, and one look that throws hides no number', async () => {
  const metrics = createMetrics({ role: 'test' })
  const depth = metrics.gauge('test_depth', 'Depth.')
  metrics.beforeRead(() => {
    throw new Error('the first cannot look')
  })
  metrics.beforeRead(() => depth.set(7))
  expect(await metrics.text()).toContain('test_depth{role="test"} 7')
})

it('counts ranges, events and what was parked, also where the store is away', async () => {
  const metrics = createMetrics({ role: 'test' })
  let isAway = true
  const deliver = measureDeliver(metrics, async () => {
    if (isAway) throw new Error('away')
    return [{ event, code: 'X', reason: 'y' }]
  })
  await expect(deliver(range)).rejects.toThrow('away')
  isAway = false
  await deliver(range)
  const text = await metrics.text()
  expect(text).toContain('feed_ranges_total{consumer="warehouse-loader",outcome="failed",role="test"} 1')
  expect(text).toContain('feed_ranges_total{consumer="warehouse-loader",outcome="delivered",role="test"} 1')
  expect(text).toContain('feed_events_total{consumer="warehouse-loader",role="test"} 2')
  expect(text).toContain('feed_events_parked_total{consumer="warehouse-loader",role="test"} 1')
  expect(text).toMatch(/^feed_range_seconds_count\{.*consumer="warehouse-loader".*\} 2$/m)
})
