import { expect, test } from 'vitest'
import { createPulse } from './pulse.ts'

const PACE = { everyMs: 5_000, maxMissed: 3 }

test('a process that answers is asked again and again', () => {
  const pulse = createPulse(PACE)
  for (let atMs = 0; atMs < 100_000; atMs += 5_000) {
    expect(pulse.tick(atMs)).toBe('ask')
    pulse.answered()
  }
})

test('one that is silent for three beats hangs; an answer in between starts the count again', () => {
  const pulse = createPulse(PACE)
  expect([0, 5_000, 10_000].map((atMs) => pulse.tick(atMs))).toEqual(['ask', 'wait', 'wait'])
  pulse.answered()
  expect([15_000, 20_000, 25_000, 30_000].map((atMs) => pulse.tick(atMs))).toEqual([
    'ask',
    'wait',
    'wait',
    'hung',
  ])
})

test('a supervisor that was held up itself, as on a machine that slept, counts nothing against anybody', () => {
  const pulse = createPulse(PACE)
  expect(pulse.tick(0)).toBe('ask')
  for (const atMs of [60_000, 120_000, 180_000, 240_000]) expect(pulse.tick(atMs)).toBe('wait')
})
