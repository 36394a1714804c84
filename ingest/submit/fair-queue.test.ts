import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairQueue } from './fair-queue.ts'
import type { Taking } from './fair-queue.ts'

interface Entry {
  readonly name: string
  readonly member: { readonly domain: string; readonly keys: readonly string[]; readonly bytes: number }
}

const entry = (domain: string, n: number, keys = [`${domain}${n}`], bytes = 5_000): Entry => ({
  name: `${domain}${n}`,
  member: { domain, keys, bytes },
})
const taking = (changes: Partial<Taking> = {}): Taking => ({
  maxMembers: 4,
  maxKeys: 100,
  busyKeys: new Set(),
  ...changes,
})
const namesOf = (entries: readonly Entry[]) => entries.map(({ name }) => name)

function queueOf(entries: readonly Entry[]) {
  const queue = createFairQueue<Entry>()
  for (const one of entries) queue.add(one)
  return queue
}
const many = (domain: string, count: number) => Array.from({ length: count }, (_, n) => entry(domain, n))

describe('the fair queue', () => {
  it('lets spaces take turns, however many forms one of them has', () => {
    const queue = queueOf([...many('busy', 200), entry('calm', 0), entry('quiet', 0)])
    expect(namesOf(queue.take(taking({ maxMembers: 8 })))).toEqual([
      'busy0',
      'busy1',
      'busy2',
      'busy3',
      'calm0',
      'quiet0',
      'busy4',
      'busy5',
    ])
    expect([queue.size(), queue.domains()]).toEqual([194, 1])
  })

  it('goes on in the next batch with whose turn it is', () => {
    const queue = queueOf(['a', 'b', 'c'].flatMap((domain) => many(domain, 6)))
    const batches = [1, 2, 3, 4].map(() => namesOf(queue.take(taking())))
    expect(batches).toEqual(['a', 'b', 'c', 'a'].map((d, turn) => expectedTurn(d, turn)))
  })

  it('takes a form of a calm space within two turns of each other, whatever the others have waiting', () => {
    const spaces = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 })
    const property = fc.property(spaces, fc.integer({ min: 4, max: 48 }), (sizes, maxMembers) => {
      const queue = queueOf(sizes.flatMap((size, n) => many(`busy${n}-`, size)))
      queue.take(taking({ maxMembers }))
      queue.add(entry('calm', 0))
      let before = 0
      for (;;) {
        const batch = namesOf(queue.take(taking({ maxMembers })))
        const at = batch.indexOf('calm0')
        if (at !== -1) return before + at <= 2 * 4 * sizes.length
        before += batch.length
      }
    })
    expect(fc.check(property).counterexample).toBeNull()
  })

  it('counts large forms as the work that they are', () => {
    const large = Array.from({ length: 9 }, (_, n) => entry('photos', n, [`p${n}`], 3_000_000))
    const queue = queueOf([...large, ...many('text', 40)])
    const [first, second] = [1, 2].map(() => namesOf(queue.take(taking({ maxMembers: 20 }))))
    expect(first?.filter((name) => name.startsWith('photos'))).toHaveLength(0)
    expect(first?.filter((name) => name.startsWith('text'))).toHaveLength(20)
    expect(second).toContain('photos0')
    expect(queue.size()).toBeGreaterThan(15)
  })

  it('keeps the order of those that share a key within a space, past a key that is busy', () => {
    const queue = queueOf([
      entry('a', 0, ['busy', 'x']),
      entry('a', 1, ['x', 'y']),
      entry('a', 2, ['free']),
      entry('a', 3, ['y']),
    ])
    expect(namesOf(queue.take(taking({ busyKeys: new Set(['busy']) })))).toEqual(['a2'])
    expect(namesOf(queue.take(taking()))).toEqual(['a0', 'a1', 'a3'])
  })

  it('takes no more members and no more keys than allowed, but always one', () => {
    const all = ['a', 'b', 'c', 'd'].map((name, n) => entry('demo', n, [`${name}1`, `${name}2`]))
    expect(queueOf(all).take(taking({ maxMembers: 3 }))).toHaveLength(3)
    expect(queueOf(all).take(taking({ maxKeys: 4 }))).toHaveLength(2)
    expect(queueOf(all).take(taking({ maxKeys: 1 }))).toHaveLength(1)
    expect(queueOf([]).take(taking())).toEqual([])
  })

  it('passes a space that may have no more in flight', () => {
    const queue = queueOf([...many('a', 3), ...many('b', 3)])
    const mayTake = (domain: string): boolean => domain === 'b'
    expect(namesOf(queue.take(taking({ mayTake })))).toEqual(['b0', 'b1', 'b2'])
    expect(namesOf(queue.take(taking()))).toEqual(['a0', 'a1', 'a2'])
  })

  it('loses nothing and repeats nothing, whatever is taken when', () => {
    const domains = fc.constantFrom('a', 'b', 'c')
    const keys = fc.array(fc.constantFrom('k', 'l', 'm', 'n'), { maxLength: 2 })
    const steps = fc.array(fc.tuple(domains, keys, fc.nat(700_000), fc.boolean()), { maxLength: 60 })
    const property = fc.property(steps, fc.subarray(['k', 'l']), (all, busy) => {
      const queue = createFairQueue<Entry>()
      const taken: string[] = []
      for (const [n, [domain, own, bytes, isTaken]] of all.entries()) {
        queue.add(entry(domain, n, own, bytes))
        if (isTaken) taken.push(...namesOf(queue.take(taking({ busyKeys: new Set(busy) }))))
      }
      while (queue.size() > 0) taken.push(...namesOf(queue.take(taking())))
      return new Set(taken).size === all.length && taken.length === all.length
    })
    expect(fc.check(property).counterexample).toBeNull()
  })
})

function expectedTurn(domain: string, turn: number): string[] {
  const from = turn < 3 ? 0 : 4
  const own = [0, 1, 2, 3].map((n) => `${domain}${from + n}`).filter((_, n) => from + n < 6)
  return from === 0 ? own : [...own, 'b4', 'b5']
}
