import { describe, expect, it } from 'vitest'
import { createInHouse, LANE_BOUNDS } from './in-house.ts'

const form = (domain: string, bytes = 10) => ({ domain, keys: [], bytes })
const bounds = { ...LANE_BOUNDS, forms: 4, spaceForms: 2, bytes: 1_000, spaceBytes: 100 }

describe('what is in the lane', () => {
  it('has an end for each space and for all, in forms and in bytes', () => {
    const inHouse = createInHouse(
      () => bounds,
      () => 0,
    )
    inHouse.enter(form('a'))
    inHouse.enter(form('a'))
    expect(() => inHouse.enter(form('a'))).toThrow('as may wait at once')
    inHouse.enter(form('b', 200))
    expect(inHouse.fullFor('b')).not.toBeNull()
    inHouse.enter(form('c'))
    expect(inHouse.fullFor('d')).not.toBeNull()
    expect(inHouse.total()).toEqual({ forms: 4, bytes: 230 })
    for (const domain of ['a', 'a', 'c']) inHouse.leave(form(domain))
    inHouse.leave(form('b', 200))
    expect(inHouse.total()).toEqual({ forms: 0, bytes: 0 })
    expect(['a', 'b', 'c', 'd'].map((domain) => inHouse.fullFor(domain))).toEqual([null, null, null, null])
  })

  it('tells who is turned away how long what is ahead takes, at the pace of the last seconds', () => {
    let at = 0
    const inHouse = createInHouse(
      () => ({ ...bounds, forms: 100, spaceForms: 20 }),
      () => at,
    )
    for (let n = 0; n < 20; n += 1) inHouse.enter(form('a', 1))
    expect(inHouse.fullFor('a')).toBe(60)
    for (let n = 0; n < 20; n += 1) {
      at += 250
      inHouse.leave(form('a', 1))
      inHouse.enter(form('a', 1))
    }
    // Four a second, twenty ahead.
    expect(inHouse.fullFor('a')).toBe(5)
    inHouse.enter(form('b', 1))
    expect(inHouse.fullFor('a')).toBe(10)
  })
})
