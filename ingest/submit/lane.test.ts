import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createLane } from './lane.ts'

interface Member {
  readonly domain: string
  readonly name: string
  readonly keys: readonly string[]
  readonly bytes: number
}

/** A lane whose batches end only when the test says so. */
function heldLane(inFlight: number, maxMembers = 10) {
  const started: string[][] = []
  const alone: string[] = []
  const finish: (() => void)[] = []
  const finishAlone: (() => void)[] = []
  const lane = createLane<Member, string>({
    maxMembers,
    maxKeys: 100,
    inFlight,
    run: async (members) => {
      started.push(members.map(({ name }) => name))
      await new Promise<void>((resolve) => finish.push(resolve))
      if (members.some(({ name }) => name === 'poison')) throw new Error('poisoned')
      return members.map(({ name }) => (name.startsWith('alone') ? null : `${name} done`))
    },
    runAlone: async ({ name }) => {
      alone.push(name)
      await new Promise<void>((resolve) => finishAlone.push(resolve))
      return `${name} done`
    },
  })
  const submit = (name: string, keys: readonly string[]): Promise<string> =>
    lane.submit({ domain: 'demo', name, keys, bytes: 100 })
  return { lane, submit, started, alone, finish, finishAlone }
}

describe('the lane', () => {
  it('starts an idle lane at once and collects what arrives meanwhile', async () => {
    const { submit, started, finish } = heldLane(1)
    const answers = ['a', 'b', 'c'].map((name) => submit(name, [name]))
    expect(started).toEqual([['a']])
    finish[0]?.()
    await tick()
    expect(started).toEqual([['a'], ['b', 'c']])
    finish[1]?.()
    expect(await Promise.all(answers)).toEqual(['a done', 'b done', 'c done'])
  })

  it('keeps members with a key in common apart and in the order of arrival', async () => {
    const { submit, started, finish } = heldLane(2)
    void submit('a', ['case'])
    void submit('b', ['case', 'other'])
    void submit('c', ['other'])
    void submit('d', ['free'])
    expect(started).toEqual([['a'], ['d']])
    finish[0]?.()
    await tick()
    expect(started).toEqual([['a'], ['d'], ['b', 'c']].slice(0, started.length))
    expect(started[2]?.[0]).toBe('b')
  })

  it('refuses all members of a batch that throws, and goes on', async () => {
    const { lane, submit, finish } = heldLane(1)
    const poisoned = submit('poison', ['p'])
    const next = submit('next', ['n'])
    finish[0]?.()
    await expect(poisoned).rejects.toThrow('poisoned')
    await tick()
    finish[1]?.()
    expect(await next).toBe('next done')
    await lane.drain()
  })

  it('answers a batch while one of its members goes alone, and keeps the keys of that one', async () => {
    const { lane, submit, started, alone, finish, finishAlone } = heldLane(1)
    void submit('first', ['x'])
    const answers = [submit('alone 1', ['k']), submit('b', ['k']), submit('alone 2', ['k'])]
    finish[0]?.()
    await tick()
    expect(started.at(-1)).toEqual(['alone 1', 'b', 'alone 2'])
    finish[1]?.()
    expect(await answers[1]).toBe('b done')
    answers.push(submit('behind', ['k']), submit('free', ['f']))
    expect([alone, started.at(-1)]).toEqual([['alone 1'], ['free']])
    finishAlone[0]?.()
    finish[2]?.()
    await tick()
    expect([alone, started.length]).toEqual([['alone 1', 'alone 2'], 3])
    finishAlone[1]?.()
    await tick()
    expect(started.at(-1)).toEqual(['behind'])
    finish[3]?.()
    await lane.drain()
    expect(await Promise.all(answers)).toEqual(
      ['alone 1', 'b', 'alone 2', 'behind', 'free'].map((name) => `${name} done`),
    )
  })
})
