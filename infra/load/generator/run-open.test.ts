import { expect, it } from 'vitest'
import type { Exchange } from '../scenarios/port.ts'
import { arrivalsOf, constantRate } from './arrivals.ts'
import { createRecorder } from './recorder.ts'
import { runClosed } from './run-closed.ts'
import type { SentAnswer } from './run-iteration.ts'
import { runOpen } from './run-open.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

const OK: SentAnswer = { status: 200, body: '', hasRetryAfter: false }
const RATE = 100
const SECONDS = 10
const MANY = 10_000

const exchange: Exchange = {
  request: { name: 'ask', method: 'GET', path: '/', headers: {} },
  formId: 'form',
  check: ({ status }) => (status === 200 ? null : `status ${status}`),
}

/** Answers within a millisecond, but not between the third second and the fourth. */
function createStallingServer({ nowMs, sleep }: VirtualClock) {
  return async (): Promise<SentAnswer> => {
    const stallMs = nowMs() >= 3_000 && nowMs() < 4_000 ? 4_000 - nowMs() : 0
    await sleep(stallMs + 1)
    return OK
  }
}

it('shows a stall of one second in the p99, which a closed loop hides', async () => {
  const [open, closed] = [createRecorder(), createRecorder()]
  const clock = createVirtualClock()
  const common = { sleep: clock.sleep, nowMs: clock.nowMs, begin: () => exchange }
  const arrivals = arrivalsOf(constantRate(RATE, SECONDS))
  const send = createStallingServer(clock)
  await clock.passUntil(runOpen({ ...common, arrivals, maxInFlight: MANY, send, recorder: open }))

  const other = createVirtualClock()
  const otherSend = createStallingServer(other)
  const lengthMs = SECONDS * 1_000
  await other.passUntil(
    runClosed({
      lanes: 1,
      lengthMs,
      begin: () => exchange,
      nowMs: other.nowMs,
      send: otherSend,
      recorder: closed,
    }),
  )

  const ended = { seconds: SECONDS, cpuShare: 0 }
  expect(open.toResult(ended)).toMatchObject({ started: 1_000, completed: 1_000, dropped: 0 })
  expect(open.toResult(ended).latency.p99).toBeGreaterThan(850)
  expect(open.toResult(ended).latency.p50).toBeLessThan(5)
  expect(closed.toResult(ended).latency.p99).toBeLessThan(5)
  const stalled = open.toResult(ended).perSecond.filter(({ p99 }) => p99 > 100)
  expect(stalled.map(({ second }) => second)).toEqual([3])
})

it('counts what was due and could not begin', async () => {
  const clock = createVirtualClock()
  const recorder = createRecorder()
  const send = async () => clock.sleep(60_000).then(() => OK)
  const arrivals = arrivalsOf(constantRate(RATE, 1))
  const { sleep, nowMs } = clock
  await clock.passUntil(
    runOpen({ arrivals, maxInFlight: 10, sleep, nowMs, send, recorder, begin: () => exchange }),
  )
  expect(recorder.toResult({ seconds: 1, cpuShare: 0 })).toMatchObject({
    started: 10,
    dropped: 90,
    completed: 10,
  })
})

it('counts its own lateness against the figure', async () => {
  const clock = createVirtualClock()
  const recorder = createRecorder()
  const { sleep, nowMs } = clock
  let began = 0
  const begin = () => {
    began += 1
    if (began === 50) clock.block(500)
    return exchange
  }
  const arrivals = arrivalsOf(constantRate(RATE, 1))
  await clock.passUntil(
    runOpen({ arrivals, maxInFlight: MANY, sleep, nowMs, send: async () => OK, recorder, begin }),
  )
  const { latency, lateness, completed } = recorder.toResult({ seconds: 1, cpuShare: 0 })
  expect(completed).toBe(100)
  expect(lateness.max).toBeGreaterThan(450)
  expect(latency.p95).toBeGreaterThan(400)
})

it('goes on to what the scenario asks next, and stops where an answer is wrong', async () => {
  const clock = createVirtualClock()
  const recorder = createRecorder()
  const statuses = [200, 429]
  const acknowledged: string[] = []
  const chain: Exchange = { ...exchange, next: () => chain }
  const send = async (): Promise<SentAnswer> => {
    const status = statuses.shift() ?? 200
    return { status, body: '', hasRetryAfter: status === 429 }
  }
  const { sleep, nowMs } = clock
  const onAcknowledged = (formId: string) => acknowledged.push(formId)
  await clock.passUntil(
    runOpen({
      arrivals: [0],
      maxInFlight: 1,
      sleep,
      nowMs,
      send,
      recorder,
      begin: () => chain,
      onAcknowledged,
    }),
  )
  expect(acknowledged).toEqual(['form'])
  expect(recorder.toResult({ seconds: 1, cpuShare: 0 })).toMatchObject({
    completed: 0,
    failed: 1,
    retryAfter: 1,
    errors: { 'ask: status 429': 1 },
  })
})
