import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '#infra/platform/index.ts'
import type { LimitChanges } from '#tenants/contract.ts'
import { LIMIT_RULES } from '#tenants/contract.ts'
import type { LimitValues } from '#tenants/contract.ts'
import type { RateDecision } from '#tenants/index.ts'
import { createWaitingRoom } from './waiting-room.ts'

const LATER: RateDecision = { kind: 'later', waitMs: 1 }
const stays = () => () => undefined
const space = (domain: string) => ({ domain, limits: {} })

function createRoom(decide: (domain: string) => RateDecision, changes: LimitChanges = {}) {
  const values = {
    ...Object.fromEntries(LIMIT_RULES.map((rule) => [rule.key, rule.laptop])),
    ...changes,
  } as LimitValues
  const metrics = createMetrics({ role: 'test' })
  const room = createWaitingRoom({
    limiter: 'submission',
    decide: async ({ domain }) => decide(domain),
    valuesOf: () => values,
    metrics,
  })
  return { room, metrics }
}

describe('the waiting room', () => {
  it('lets in at once while there is room, and refuses at once what waiting would not help', async () => {
    const { room } = createRoom((domain) =>
      domain === 'calm' ? { kind: 'allowed' } : { kind: 'refused', waitMs: 90_500 },
    )
    expect(await room.enter(space('calm'), stays)).toEqual({ kind: 'in' })
    expect(await room.enter(space('full'), stays)).toEqual({ kind: 'refused', retryAfterSeconds: 91 })
  })

  it('serves a line in the order of arrival, and nobody overtakes it', async () => {
    let isOpen = false
    const order: number[] = []
    const { room } = createRoom(() => (isOpen ? { kind: 'allowed' } : LATER))
    const first = [1, 2].map(async (n) => {
      expect(await room.enter(space('busy'), stays)).toEqual({ kind: 'in' })
      order.push(n)
    })
    await tick()
    isOpen = true
    const last = room.enter(space('busy'), stays).then(() => order.push(3))
    await Promise.all([...first, last])
    expect(order).toEqual([1, 2, 3])
  })

  it('has an end: for each project space, and for all together', async () => {
    const { room, metrics } = createRoom(() => LATER, {
      'waiting.space_requests': 2,
      'waiting.requests': 3,
    })
    const entered = ['a', 'a', 'a', 'b', 'b', 'c'].map((domain) => room.enter(space(domain), stays))
    await tick()
    expect(await metrics.text()).toMatch(/api_rate_waiting\{[^}]*limiter="submission"[^}]*\} 3/)
    expect(await Promise.all([entered[2], entered[4], entered[5]])).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'refused', retryAfterSeconds: 15 })),
    )
    room.close()
    const kinds = (await Promise.all(entered)).map(({ kind }) => kind)
    expect(kinds).toEqual(Array.from({ length: 6 }, () => 'refused'))
    expect(await metrics.text()).toMatch(/outcome="line_full"[^}]*\} 3/)
  })

  it('forgets who left, and refuses who waited in vain', async () => {
    const { room, metrics } = createRoom(() => LATER, { 'waiting.seconds': 0.06 })
    let leave: () => void = () => undefined
    const gone = room.enter(space('a'), (go) => {
      leave = go
      return () => undefined
    })
    await tick()
    leave()
    expect((await gone).kind).toBe('refused')
    expect(await room.enter(space('a'), stays)).toEqual({ kind: 'refused', retryAfterSeconds: 1 })
    const text = await metrics.text()
    expect(text).toMatch(/outcome="gone"[^}]*\} 1/)
    expect(text).toMatch(/outcome="in_vain"[^}]*\} 1/)
    expect(text).toMatch(/api_rate_waiting\{[^}]*\} 0/)
  })

  it('refuses those who wait when the hour is full by then', async () => {
    let decision: RateDecision = LATER
    const { room } = createRoom(() => decision)
    const entered = [1, 2].map(() => room.enter(space('a'), stays))
    await tick()
    decision = { kind: 'refused', waitMs: 5_000 }
    expect(await Promise.all(entered)).toEqual([
      { kind: 'refused', retryAfterSeconds: 5 },
      { kind: 'refused', retryAfterSeconds: 5 },
    ])
  })
})
