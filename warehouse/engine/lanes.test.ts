import { describe, expect, it } from 'vitest'
import { createLanes } from './lanes.ts'

const never = new AbortController().signal
const lanesOf = (lanes: number, maxWaiting = 10, maxWaitMs = 10_000) =>
  createLanes({ lanes, maxWaiting, maxWaitMs })

describe('lanes', () => {
  it('keep the last one for the owner', async () => {
    const lanes = lanesOf(2)
    await lanes.acquire('reader', never)
    let second = false
    void lanes.acquire('reader', never).then(() => (second = true))
    const owner = await lanes.acquire('owner', never)
    expect(second).toBe(false)
    expect([lanes.running(), lanes.waiting()]).toEqual([2, 1])
    owner.release()
    expect(second).toBe(false)
  })

  it('pass on to who waits first and may', async () => {
    const lanes = lanesOf(2)
    const first = await lanes.acquire('owner', never)
    const second = await lanes.acquire('owner', never)
    const order: string[] = []
    const waiting = ['a', 'b'].map((name) =>
      lanes.acquire('owner', never).then((lane) => (order.push(name), lane)),
    )
    second.release()
    const passed = await waiting[0]
    expect(passed?.number).toBe(second.number)
    first.release()
    first.release()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b'])
    expect(lanes.running()).toBe(2)
  })

  it('refuse beyond the queue with 202', async () => {
    const lanes = lanesOf(1, 1)
    await lanes.acquire('owner', never)
    void lanes.acquire('owner', never)
    await expect(lanes.acquire('owner', never)).rejects.toMatchObject({ code: 202 })
  })

  it('let go of a client that left', async () => {
    const lanes = lanesOf(1)
    await lanes.acquire('owner', never)
    const leaving = new AbortController()
    const waiting = lanes.acquire('owner', leaving.signal)
    leaving.abort()
    await expect(waiting).rejects.toMatchObject({ code: 394 })
    expect(lanes.waiting()).toBe(0)
  })

  it('give up after the longest wait', async () => {
    const lanes = lanesOf(1, 10, 5)
    await lanes.acquire('owner', never)
    await expect(lanes.acquire('owner', never)).rejects.toMatchObject({ code: 202 })
  })
})
