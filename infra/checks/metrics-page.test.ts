import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readMetrics } from './metrics-page.ts'

const ROOT = join(import.meta.dirname, '../..')

it('finds every metric of the code, each with one explanation and bounded labels', () => {
  const metrics = readMetrics(ROOT)
  const names = metrics.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'ingest_forms_total',
      'feed_lag_seconds',
      'up_role_restarts_total',
      'api_request_seconds',
    ]),
  )
  expect(metrics.find(({ name }) => name === 'ingest_forms_total')).toMatchObject({
    kind: 'counter',
    labels: ['outcome'],
    help: 'Forms, by what became of them.',
  })
  // Prometheus' own rule for names.
  expect(metrics.filter(({ kind, name }) => (kind === 'counter') !== name.endsWith('_total'))).toEqual([])
})

it('alerts name metrics that are counted', () => {
  const rules = readFileSync(join(ROOT, 'infra/deploy/metrics/rules.yml'), 'utf8')
  const names = new Set(readMetrics(ROOT).map(({ name }) => name))
  const asked = [...rules.matchAll(/\b(?:ingest|feed|up|warehouse|platform|api)_[a-z_]+/g)].map(
    ([name]) => name,
  )
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.filter((name) => !names.has(name))).toEqual([])
})
