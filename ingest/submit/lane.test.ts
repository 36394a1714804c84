import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createLane } from './lane.ts'
import { takeBatch } from './take-batch.ts'

interface Member {
  readonly domain: string
  readonly name: string
  readonly keys: readonly string[]
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
    lane.submit({ domain: 'demo', name, keys })
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

  it('takes no more members and no more keys than allowed', () => {
    const queue = ['a', 'b', 'c', 'd'].map((name) => ({
      member: { domain: 'demo', keys: [`${name}1`, `${name}2`] },
    }))
    const byMembers = takeBatch(queue, new Set(), { maxMembers: 3, maxKeys: 100 })
    expect([byMembers.batch.length, byMembers.rest.length]).toEqual([3, 1])
    const byKeys = takeBatch(queue, new Set(), { maxMembers: 10, maxKeys: 4 })
    expect([byKeys.batch.length, byKeys.rest.length]).toEqual([2, 2])
    const huge = takeBatch(queue, new Set(), { maxMembers: 10, maxKeys: 1 })
    expect(huge.batch.length).toBe(1)
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

describe('a busy domain', () => {
  const entry = (domain: string, n: number, key = `${domain}${n}`) => ({
    name: `${domain}${n}`,
    member: { domain, keys: [key] },
  })
  const limits = { maxMembers: 4, maxKeys: 100 }
  const namesOf = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name)

  it('leaves the others their part of a batch', () => {
    const queue = [...Array.from({ length: 9 }, (_, n) => entry('busy', n)), entry('calm', 1)]
    const { batch, rest } = takeBatch(queue, new Set(), limits)
    expect(namesOf(batch)).toEqual(['busy0', 'busy1', 'calm1', 'busy2'])
    expect(namesOf(rest)).toEqual(['busy3', 'busy4', 'busy5', 'busy6', 'busy7', 'busy8'])
  })

  it('is not overtaken by a form that shares a key with one of its own', () => {
    const queue = [...[0, 1, 2, 3].map((n) => entry('busy', n)), entry('calm', 1, 'busy3'), entry('calm', 2)]
    const { batch, rest } = takeBatch(queue, new Set(['busy2']), limits)
    expect(namesOf(batch)).toEqual(['busy0', 'busy1', 'calm2', 'busy3'])
    expect(namesOf(rest)).toEqual(['busy2', 'calm1'])
  })
})
