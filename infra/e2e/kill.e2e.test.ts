/** The kill suite, bounded: some faults of every sort on the platform as people run it. The long one is `npm run test:kill`. */
import { expect, it } from 'vitest'
import { run } from '../kill/run.ts'

/** One between every two steps that must both happen, and one of each other sort. */
const FAULTS = [
  'kill-at api ingest.batch.committed',
  'kill-at api ingest.rebuild.middle',
  'kill-at api archive.index.committed',
  'stop-at loader feed.range.planned',
  'kill-at loader loader.batch.inserted',
  'kill-at loader feed.range.delivered',
  'kill postgres',
  'kill backend',
  'kill warehouse',
  'stop api',
  'cut engine',
  'cut postgres',
  'replace loader',
  'fill disk',
] as const

it('loses nothing, counts nothing twice and keeps the order, whatever is killed, stopped, cut off or full', async () => {
  const said: string[] = []
  const result = await run({
    seed: 20_261_124,
    kills: FAULTS.length,
    hasKafka: false,
    only: FAULTS.join(','),
    longestMs: 150_000,
    domains: 2,
    clientsPerDomain: 3,
    longestPauseMs: 100,
    env: process.env,
    tell: (line) => said.push(line),
  })
  const { findings, struck, kept } = result
  const lasting = struck.filter(({ outcome }) => outcome === 'not recovered')
  expect({ findings, lasting, kept, said: kept === null ? [] : said }).toEqual({
    findings: [],
    lasting: [],
    kept: null,
    said: [],
  })
  expect(struck.filter(({ outcome }) => outcome === 'survived').length).toBeGreaterThan(FAULTS.length / 2)
  expect(result.forms).toBeGreaterThan(50)
})
