import { setImmediate } from 'node:timers/promises'
import { array, assert, asyncProperty, func, integer, nat } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sendInTurn } from './send-in-turn.ts'

const toLists = (gaps: readonly (readonly number[])[]) =>
  gaps.map((list) => {
    let receivedAt = 0
    return list.map((gap) => ({ receivedAt: (receivedAt += gap) }))
  })
const Gaps = array(array(integer({ min: 1, max: 50 }), { maxLength: 12 }), { maxLength: 8 })

describe('sendInTurn', () => {
  it('sends everything once, within a list in order, one at a time, and at most `limit` in all', async () => {
    await assert(
      asyncProperty(Gaps, integer({ min: 1, max: 10 }), func(nat(3)), async (gaps, limit, delay) => {
        const lists = toLists(gaps)
        const sent = lists.map((): number[] => [])
        const busy = new Set<number>()
        await sendInTurn({
          lists,
          limit,
          send: async ({ receivedAt }, list) => {
            expect(busy.has(list)).toBe(false)
            busy.add(list)
            expect(busy.size).toBeLessThanOrEqual(limit)
            for (let turns = delay(list, receivedAt); turns >= 0; turns -= 1) await setImmediate()
            sent[list]?.push(receivedAt)
            busy.delete(list)
          },
        })
        expect(sent).toEqual(lists.map((list) => list.map(({ receivedAt }) => receivedAt)))
      }),
      { numRuns: 50 },
    )
  })

  it('one at a time, sends in the order of arrival over all lists', async () => {
    const sent: number[] = []
    const lists = toLists([[5, 5, 5], [1, 1, 20], []])
    await sendInTurn({ lists, limit: 1, send: async ({ receivedAt }) => void sent.push(receivedAt) })
    expect(sent).toEqual([1, 2, 5, 10, 15, 22])
  })

  it('after a failure sends nothing new, and throws when the last one is back', async () => {
    const begun: number[] = []
    let back = 0
    const work = sendInTurn({
      lists: toLists([
        [1, 1],
        [2, 1],
        [3, 1],
      ]),
      limit: 2,
      send: async ({ receivedAt }) => {
        begun.push(receivedAt)
        await setImmediate()
        if (receivedAt === 1) throw new Error('refused')
        await setImmediate()
        back += 1
      },
    })
    await expect(work).rejects.toThrow('refused')
    expect({ begun, back }).toEqual({ begun: [1, 2], back: 1 })
  })
})
