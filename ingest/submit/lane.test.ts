import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createLane, takeBatch } from './lane.ts'

interface Member {
  readonly name: string
  readonly keys: readonly string[]
}

/** A lane whose batches end only when the test says so. */
function heldLane(inFlight: number, maxMembers = 10) {
  const started: string[][] = []
  const finish: (() => void)[] = []
  const lane = createLane<Member, string>({
    maxMembers,
    maxKeys: 100,
    inFlight,
    run: async (members) => {
      started.push(members.map(({ name }) => name))
      await new Promise<void>((resolve) => finish.push(resolve))
      if (members.some(({ name }) => name === 'poison')) throw new Error('poisoned')
      return members.map(({ name }) => `${name} done`)
    },
  })
  return { lane, started, finish }
}

describe('the lane', () => {
  it('starts an idle lane at once and collects what arrives meanwhile', async () => {
    const { lane, started, finish } = heldLane(1)
    const answers = ['a', 'b', 'c'].map((name) => lane.submit({ name, keys: [name] }))
    expect(started).toEqual([['a']])
    finish[0]?.()
    await tick()
    expect(started).toEqual([['a'], ['b', 'c']])
    finish[1]?.()
    expect(await Promise.all(answers)).toEqual(['a done', 'b done', 'c done'])
  })

  it('keeps members with a key in common apart and in the order of arrival', async () => {
    const { lane, started, finish } = heldLane(2)
    void lane.submit({ name: 'a', keys: ['case'] })
    void lane.submit({ name: 'b', keys: ['case', 'other'] })
    void lane.submit({ name: 'c', keys: ['other'] })
    void lane.submit({ name: 'd', keys: ['free'] })
    expect(started).toEqual([['a'], ['d']])
    finish[0]?.()
    await tick()
    expect(started).toEqual([['a'], ['d'], ['b', 'c']].slice(0, started.length))
    expect(started[2]?.[0]).toBe('b')
  })

  it('refuses all members of a batch that throws, and goes on', async () => {
    const { lane, finish } = heldLane(1)
    const poisoned = lane.submit({ name: 'poison', keys: ['p'] })
    const next = lane.submit({ name: 'next', keys: ['n'] })
    finish[0]?.()
    await expect(poisoned).rejects.toThrow('poisoned')
    await tick()
    finish[1]?.()
    expect(await next).toBe('next done')
    await lane.drain()
  })

  it('takes no more members and no more keys than allowed', () => {
    const queue = ['a', 'b', 'c', 'd'].map((name) => ({ member: { keys: [`${name}1`, `${name}2`] } }))
    const byMembers = takeBatch(queue, new Set(), { maxMembers: 3, maxKeys: 100 })
    expect([byMembers.batch.length, byMembers.rest.length]).toEqual([3, 1])
    const byKeys = takeBatch(queue, new Set(), { maxMembers: 10, maxKeys: 4 })
    expect([byKeys.batch.length, byKeys.rest.length]).toEqual([2, 2])
    const huge = takeBatch(queue, new Set(), { maxMembers: 10, maxKeys: 1 })
    expect(huge.batch.length).toBe(1)
  })
})
