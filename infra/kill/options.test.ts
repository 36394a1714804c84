import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

const seed = (): number => 5

test('reads what is asked, with a seed of its own when none is', () => {
  expect(readOptions([], seed)).toMatchObject({ seed: 5, kills: 40, hasKafka: false, longestMs: Infinity })
  expect(
    readOptions(['--kills', '200', '--seed', '9', '--minutes', '3', '--kafka', '--only', 'fill'], seed),
  ).toMatchObject({
    seed: 9,
    kills: 200,
    longestMs: 180_000,
    hasKafka: true,
    only: 'fill',
  })
  expect(readOptions(['--help'], seed)).toBe('help')
})

test('says what is wrong with an option', () => {
  expect(() => readOptions(['--kills', 'many'], seed)).toThrow('--kills must be a whole number')
  expect(() => readOptions(['--kill', '3'], seed)).toThrow(/--kill/)
})
