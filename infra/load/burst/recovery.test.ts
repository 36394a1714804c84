import { expect, it } from 'vitest'
import { findRecovery, toWellMs } from './recovery.ts'

const second = (number: number, p99: number, failed = 0) => ({
  second: number,
  completed: p99 > 0 ? 10 : 0,
  failed,
  dropped: 0,
  p99,
})

it('takes twice the median p99 before the burst for well, and never less than 150 ms', () => {
  expect(toWellMs([second(0, 20), second(1, 30), second(2, 40), second(3, 9_000)], 3)).toBe(150)
  expect(toWellMs([second(0, 100), second(1, 200), second(2, 300)], 3)).toBe(400)
})

it('finds the first of three seconds in a row in which all forms were taken at once', () => {
  const p99s = [10, 10, 5_000, 9_000, 100, 3_000, 100, 100, 100]
  expect(
    findRecovery(
      p99s.map((p99, at) => second(at, p99)),
      4,
      150,
    ),
  ).toBe(2)
})

it('does not call a second well in which a form was refused, or in which none was taken', () => {
  const seconds = [second(0, 10), second(1, 10, 1), second(2, 10), second(3, 0), second(4, 10), second(5, 10)]
  expect(findRecovery(seconds, 0, 150)).toBeUndefined()
  expect(findRecovery([...seconds, second(6, 10)], 0, 150)).toBe(4)
})
