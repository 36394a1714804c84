import { expect, it } from 'vitest'
import { restAfter } from './rest.ts'

const SHORTEST_MS = 15_000

it('rests twenty times as long as it compared, at least the shortest pause and at most an hour', () => {
  const pass = (lengthMs: number) => restAfter({ lengthMs, firstSealsMs: 0, unsealed: 0 }, SHORTEST_MS)
  expect([pass(10), pass(2_000), pass(60_000), pass(1_000_000)]).toEqual([
    15_000, 40_000, 1_200_000, 3_600_000,
  ])
})

it('does not rest for what is sealed for the first time', () => {
  expect(restAfter({ lengthMs: 9_000, firstSealsMs: 8_000, unsealed: 0 }, SHORTEST_MS)).toBe(20_000)
})

it('goes on nearly at once while hours wait for their first seal', () => {
  expect(restAfter({ lengthMs: 4_000, firstSealsMs: 3_800, unsealed: 20_000 }, SHORTEST_MS)).toBe(1_000)
  expect(restAfter({ lengthMs: 9_000, firstSealsMs: 6_000, unsealed: 20_000 }, SHORTEST_MS)).toBe(3_000)
})

it('rests half a minute where comparing weighs more than sealing, longer only if comparing is long', () => {
  expect(restAfter({ lengthMs: 9_000, firstSealsMs: 4_000, unsealed: 20_000 }, SHORTEST_MS)).toBe(30_000)
  expect(restAfter({ lengthMs: 64_000, firstSealsMs: 4_000, unsealed: 20_000 }, SHORTEST_MS)).toBe(240_000)
})

it('rests as ever where nothing could be sealed', () => {
  expect(restAfter({ lengthMs: 9_000, firstSealsMs: 0, unsealed: 20_000 }, SHORTEST_MS)).toBe(180_000)
})
