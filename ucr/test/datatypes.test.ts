/** Casts (§6.5) and constants (§6.3): one row a rule. */
import { describe, expect, it } from 'vitest'
import { evaluate, prop, shown } from './short-words.ts'

type Row = readonly [string, string, unknown, string]

const ROWS: readonly Row[] = [
  ['an ISO day is a date', 'date', '2015-09-30', '2015-09-30'],
  ['a day with one digit is a date', 'date', '2015-9-3', '2015-09-03'],
  ['a strict instant gives its day', 'date', '2015-09-30T19:04:27Z', '2015-09-30'],
  ['a strict instant with a fraction gives its day', 'date', '2015-09-30T19:04:27.113609Z', '2015-09-30'],
  ['an instant with an offset is no date', 'date', '2015-09-30T19:04:27+02:00', 'None'],
  ['an American date is none', 'date', '09/30/2015', 'None'],
  ['30 February is none', 'date', '2015-02-30', 'None'],
  ['an empty text is no date', 'date', '', 'None'],
  ['a number is no date', 'date', 20150930, 'None'],
  ['an instant is a datetime', 'datetime', '2015-09-30T19:04:27Z', '2015-09-30 19:04:27'],
  ['a fraction stays', 'datetime', '2015-09-30T19:04:27.113609Z', '2015-09-30 19:04:27.113609'],
  [
    'three digits of a fraction are milliseconds',
    'datetime',
    '2015-09-30T19:04:27.113Z',
    '2015-09-30 19:04:27.113000',
  ],
  ['an offset is taken off', 'datetime', '2020-03-12T20:33:49.134-02', '2020-03-12 22:33:49.134000'],
  ['an offset with minutes too', 'datetime', '2020-03-12T00:10:00+05:45', '2020-03-11 18:25:00'],
  ['a space may stand for T', 'datetime', '2020-03-12 20:33:49', '2020-03-12 20:33:49'],
  ['a day alone is its midnight', 'datetime', '2015-09-30', '2015-09-30 00:00:00'],
  ['an empty text is no datetime', 'datetime', '', 'None'],
  ['an integer in text', 'integer', '5', '5'],
  ['a fraction is cut', 'integer', '5.8', '5'],
  ['a negative fraction is cut towards zero', 'integer', '-5.8', '-5'],
  ['an exponent counts', 'integer', '1e3', '1000'],
  ['words are no integer', 'integer', 'five', 'None'],
  ['an empty text is no integer', 'integer', '', 'None'],
  ['true is 1', 'integer', true, '1'],
  ['infinity is no integer', 'integer', 'inf', 'None'],
  ['huge integers keep all digits', 'integer', '99999999999999999999999', '99999999999999999999999'],
  ['a small integer is read alike', 'small_integer', '7.9', '7'],
  ['a list is no integer', 'integer', [1], 'None'],
  ['a decimal in text', 'decimal', '5.30', '5.30'],
  ['a float gives all its digits', 'decimal', 2.3, '2.29999999999999982236431605997495353221893310546875'],
  ['words are no decimal', 'decimal', 'five', 'None'],
  ['false is 0', 'decimal', false, '0'],
  ['null stays null as text', 'string', null, 'None'],
  ['an integer as text', 'string', 5, '5'],
  ['true as text', 'string', true, 'True'],
  ['a list as text', 'string', ['a', 1, null], "['a', 1, None]"],
  ['an object as text', 'string', { a: 'it’s' }, "{'a': 'it’s'}"],
  ['a list as an array', 'array', [1, 2], '[1, 2]'],
  ['a single value is wrapped', 'array', 'a', "['a']"],
  ['null is wrapped too', 'array', null, '[None]'],
]

it.each(ROWS)('%s (%s)', (_, datatype, value, expected) => {
  expect(shown(evaluate(prop('x', datatype), { x: value }))).toBe(expected)
})

it('without a datatype the value stays as it is', () => {
  expect(evaluate(prop('x'), { x: [1] })).toEqual([1])
})

it('a missing string stays null, not the text None', () => {
  expect(evaluate(prop('x', 'string'), {})).toBeNull()
})

describe('constants', () => {
  it.each([
    ['a text like a date is a date', '2018-01-03', true],
    ['a text like an instant is a datetime', '2015-02-04T11:05:24Z', true],
    ['milliseconds make it a plain text', '2015-02-04T11:05:24.123Z', false],
    ['an impossible day is a plain text', '2018-02-31', false],
    ['one digit for a month is a plain text', '2018-1-3', false],
  ])('%s', (_, constant, isDate) => {
    expect(typeof evaluate(constant) !== 'string').toBe(isDate)
  })

  it('dates inside lists and objects are read too', () => {
    const list = evaluate({ type: 'constant', constant: [{ on: '2018-01-03' }] })
    expect(shown(list)).toBe("[{'on': '2018-01-03'}]")
    expect(JSON.stringify(list)).toContain('17534')
  })

  it('a datatype beside a constant is not looked at', () => {
    const value = evaluate({ type: 'constant', constant: '2018-01-03', datatype: 'string' })
    expect(typeof value).toBe('object')
  })
})
