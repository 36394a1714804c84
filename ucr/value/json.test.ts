import { expect, it } from 'vitest'
import { evaluate, prop } from '../test/short-words.ts'
import { toJson } from './json.ts'

it.each<readonly [string, string | null, unknown, unknown]>([
  ['a date', 'date', '2020-02-29', '2020-02-29'],
  ['an instant with six digits', 'datetime', '2020-02-29T10:00:00Z', '2020-02-29T10:00:00.000000Z'],
  ['an instant with its fraction', 'datetime', '2020-02-29T10:00:00.5Z', '2020-02-29T10:00:00.500000Z'],
  ['a decimal as text', 'decimal', '5.30', '5.30'],
  ['a huge integer as text', 'integer', '99999999999999999999', '99999999999999999999'],
  ['a float as a number', null, 5.5, 5.5],
  ['lists and objects', null, [{ a: null }], [{ a: null }]],
])('%s', (_, datatype, value, expected) => {
  const spec = datatype === null ? prop('x') : prop('x', datatype)
  expect(toJson(evaluate(spec, { x: value }))).toEqual(expected)
})

it('a duration in seconds, a whole float as a number', () => {
  const statement = (text: string) => ({
    type: 'evaluator',
    statement: text,
    context_variables: { a: '2020-01-02T00:00:00Z', b: '2020-01-01T12:00:00Z' },
  })
  expect(toJson(evaluate(statement('a - b')))).toBe(43_200)
  expect(toJson(evaluate(statement('4 / 2')))).toBe(2)
  expect(toJson(evaluate(statement("float('inf')")))).toBeNull()
})
