/** The kill suite over a real broker, bounded: the broker, the relay and the loader are harmed between every two steps. */
import { expect, it } from 'vitest'
import { run } from '../kill/run.ts'

const FAULTS = [
  'kill broker',
  'stop broker',
  'kill-at feed relay.range.published',
  'kill-at feed feed.range.delivered',
  'replace feed',
  'kill feed',
  'kill-at loader loader.batch.inserted',
  'kill-at loader feed.range.delivered',
  'stop loader',
  'kill postgres',
] as const

it('loses nothing and counts nothing twice with the feed through Kafka', { timeout: 420_000 }, async () => {
  const { findings, struck, kept } = await run({
    seed: 20_261_124,
    kills: FAULTS.length,
    hasKafka: true,
    only: FAULTS.join(','),
    longestMs: 240_000,
    domains: 2,
    clientsPerDomain: 3,
    longestPauseMs: 100,
    env: process.env,
    tell: () => undefined,
  })
  const lasting = struck.filter(({ outcome }) => outcome === 'not recovered')
  expect({ findings, lasting, kept }).toEqual({ findings: [], lasting: [], kept: null })
  expect(struck.filter(({ outcome }) => outcome === 'survived').length).toBeGreaterThan(FAULTS.length / 2)
})
