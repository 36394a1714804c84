import { describe, expect, it } from 'vitest'
import type { FeedLag } from '#infra/platform/index.ts'
import { addParked, judgeConsumer, judgeReceiver } from './judge.ts'
import { createReadStages } from './read-health.ts'
import { toOk, type HealthCheck } from './stage.ts'

const IDLE: FeedLag = {
  consumer: 'warehouse-loader',
  position: { xid: '1', seq: '1' },
  lagSeconds: 0,
  waitingEvents: 0,
  parkedEvents: 0,
  silentSeconds: 1.5,
  deliveredSecondsAgo: 900,
}

describe('a consumer', () => {
  it('keeps up while what waits is young, however much it is', () => {
    const stage = judgeConsumer('loader', { ...IDLE, lagSeconds: 1.2344, waitingEvents: 40_000 })
    expect(stage).toEqual({ stage: 'loader', state: 'ok', lag_seconds: 1.234, waiting: 40_000, advice: null })
  })
  it('is behind when what waits grows old, and down when no process holds it', () => {
    const behind = judgeConsumer('loader', { ...IDLE, lagSeconds: 5, waitingEvents: 3 })
    expect(behind).toMatchObject({ state: 'behind', advice: expect.stringContaining('5 s behind') })
    const down = judgeConsumer('loader', { ...IDLE, lagSeconds: 60, waitingEvents: 3, silentSeconds: 15 })
    expect(down).toMatchObject({ state: 'down', advice: expect.stringContaining('not lost') })
  })
  it('says what is parked, unless something worse is to be said', () => {
    expect(addParked(judgeConsumer('loader', IDLE), 2).advice).toContain('2 events are parked')
    const down = judgeConsumer('loader', { ...IDLE, silentSeconds: 20 })
    expect(addParked(down, 2)).toEqual(down)
    expect(addParked(judgeConsumer('loader', IDLE), 0).advice).toBeNull()
  })
})

it('the receiver is behind when a form has waited for a second', () => {
  expect(judgeReceiver({ forms: 48, oldestSeconds: 0.2 })).toMatchObject({ state: 'ok', waiting: 48 })
  expect(judgeReceiver({ forms: 48, oldestSeconds: 1 })).toMatchObject({ state: 'behind' })
})

it('asks once for all who ask at the same time, and says down for what fails', async () => {
  let asked = 0
  const checks: HealthCheck[] = [
    {
      stage: 'engine',
      ifDown: 'The engine is away.',
      read: async () => {
        asked += 1
        throw new Error('a password and a host')
      },
    },
    { stage: 'postgres', ifDown: 'x', read: async () => [toOk('postgres')] },
  ]
  const read = createReadStages(checks)
  const [first, second] = await Promise.all([read(), read()])
  expect(asked).toBe(1)
  expect(second).toBe(first)
  expect(first.map(({ state }) => state)).toEqual(['down', 'ok'])
  expect(JSON.stringify(first)).not.toContain('password')
  await read()
  expect(asked).toBe(2)
})
