import { expect, test } from 'vitest'
import type { Struck } from '../faults/strike-all.ts'
import { toRows, toTable } from './table.ts'

const fault = {
  kind: 'kill',
  target: 'api',
  point: null,
  number: 1,
  gapMs: 0,
  holdMs: 0,
  time: 1,
  isOverlapped: false,
} as const
const struck = (outcome: Struck['outcome'], visibleMs: number | null): Struck => ({
  fault,
  outcome,
  acknowledgedMs: null,
  visibleMs,
})

test('counts what was injected, survived and missed, and how long it took', () => {
  const rows = toRows([
    struck('survived', 900),
    struck('survived', 100),
    struck('survived', 300),
    struck('not recovered', null),
    struck('absent', null),
    { ...struck('unreached', null), fault: { ...fault, kind: 'kill-at', point: 'feed.range.planned' } },
  ])
  expect(rows).toEqual([
    { fault: 'kill api', injected: 4, survived: 3, missed: 1, p50Ms: 300, maxMs: 900 },
    {
      fault: 'kill-at api feed.range.planned',
      injected: 0,
      survived: 0,
      missed: 1,
      p50Ms: null,
      maxMs: null,
    },
  ])
  expect(toTable(rows).split('\n')).toEqual([
    'fault                           injected  survived  missed  p50 s  max s',
    'kill api                               4         3       1    0.3    0.9',
    'kill-at api feed.range.planned         0         0       1      –      –',
    'all                                    4         3       2',
  ])
})
