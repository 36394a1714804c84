import { expect, it } from 'vitest'
import type { FeedEvent, FeedRange } from '../contract.ts'
import { createLog } from '../log.ts'
import { problem } from '../problem.ts'
import { deliverRange } from './deliver-range.ts'
import { toRange } from './position.ts'

const log = createLog({ name: 'test', level: 'silent' })
const away = problem('TEST_AWAY', 'unavailable', () => 'Away.')

const event = (seq: number): FeedEvent => ({
  topic: 'form-events.v1',
  domain: 'demo',
  eventKey: `k${seq}`,
  payload: '{}',
  xid: '9',
  seq: String(seq),
  createdAt: new Date(0),
})
const range = toRange('store', { xid: '0', seq: '0' }, { xid: '9', seq: '3' }, [event(1), event(2), event(3)])

it('doubles its pauses up to ten seconds while the store is away', async () => {
  const pauses: number[] = []
  let left = 9
  await deliverRange(range, {
    log,
    pause: async (timeoutMs) => void pauses.push(timeoutMs),
    deliver: async () => {
      if (left-- > 0) throw away({})
      return []
    },
  })
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

it('stops when the pause says that the consumer ends', async () => {
  const ended = deliverRange(range, {
    log,
    pause: () => Promise.reject(away({})),
    deliver: () => Promise.reject(away({})),
  })
  await expect(ended).rejects.toMatchObject({ code: 'TEST_AWAY' })
})

it('tries a fault three times whole, then alone in order, and names no value in the reason', async () => {
  const tries: string[] = []
  const parked = await deliverRange(range, {
    log,
    pause: async () => undefined,
    deliver: async ({ token, events }: FeedRange) => {
      tries.push(token)
      if (events.some(({ seq }) => seq === '2')) throw new RangeError('what a person typed')
      return []
    },
  })
  expect(tries).toEqual(['0.0-9.3', '0.0-9.3', '0.0-9.3', '0.0-9.1', '9.1-9.2', '9.2-9.3'])
  expect(parked).toEqual([
    { event: event(2), code: 'FEED_EVENT_BUG', reason: expect.stringContaining('RangeError') },
  ])
  expect(parked[0]?.reason).not.toContain('typed')
})
