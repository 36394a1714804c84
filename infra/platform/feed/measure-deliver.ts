import type { Deliver } from '../contract.ts'
import type { Metrics } from '../metrics.ts'

/**
 * Counts what a consumer is handed, whatever carries the feed; changes nothing of the delivery. Without `metrics`, `deliver` itself.
 * Labels are names of consumers, which are ours and few.
 */
export function measureDeliver(metrics: Metrics | undefined, deliver: Deliver): Deliver {
  if (metrics === undefined) return deliver
  const ranges = metrics.counter('feed_ranges_total', 'Ranges delivered, or tried in vain (failed).', [
    'consumer',
    'outcome',
  ])
  const events = metrics.counter('feed_events_total', 'Events of ranges that were delivered.', ['consumer'])
  const parked = metrics.counter('feed_events_parked_total', 'Events that a consumer could not use.', [
    'consumer',
  ])
  const seconds = metrics.histogram('feed_range_seconds', 'Time that one range took in its store.', [
    'consumer',
  ])
  return async (range) => {
    const { consumer } = range
    const startedMs = performance.now()
    try {
      const unusable = await deliver(range)
      ranges.inc({ consumer, outcome: 'delivered' })
      events.inc({ consumer }, range.events.length)
      parked.inc({ consumer }, unusable.length)
      return unusable
    } catch (error) {
      ranges.inc({ consumer, outcome: 'failed' })
      throw error
    } finally {
      seconds.observe({ consumer }, (performance.now() - startedMs) / 1_000)
    }
  }
}
