/** Filters and operators (§6.2): one row a rule. */
import { expect, it } from 'vitest'
import { parseFilter } from '../index.ts'
import { compared, passes, prop } from './short-words.ts'

type Row = readonly [string, string, unknown, unknown, boolean]

const ROWS: readonly Row[] = [
  ['eq is typed: "1" is not 1', 'eq', '1', 1, false],
  ['1 equals true', 'eq', 1, true, true],
  ['null equals null', 'eq', null, null, true],
  ['a missing property equals null', 'eq', undefined, null, true],
  ['lists are equal by content', 'eq', [1, { a: 2 }], [1, { a: 2 }], true],
  ['a text is never equal to a date', 'eq', '2018-01-03', '2018-01-03', false],
  ['not_eq turns it round', 'not_eq', '1', 1, true],
  ['the operator is written in any case', 'EQ', 'a', 'a', true],
  ['in a list', 'in', 'a', ['a', 'b'], true],
  ['null in a list that has it', 'in', null, ['', null], true],
  ['in takes a text as a part of a text', 'in', 'at', 'cat', true],
  ['a number is in no text', 'in', 4, '42', false],
  ['nothing is in null', 'in', 'a', null, false],
  ['nothing is in a number', 'in', 42, 42, false],
  ['in_multi finds one of the words', 'in_multi', 'a b c', 'b', true],
  ['in_multi wants whole words', 'in_multi', 'abc', 'b', false],
  ['in_multi takes null as an empty word', 'in_multi', null, '', true],
  ['in_multi of a number is false', 'in_multi', 5, '5', false],
  ['any_in_multi finds one of several', 'any_in_multi', 'a b', ['x', 'b'], true],
  ['any_in_multi finds none', 'any_in_multi', 'a b', ['x', 'y'], false],
  ['any_in_multi reads a text letter by letter', 'any_in_multi', 'a b', 'xb', true],
  ['any_in_multi of a number is false', 'any_in_multi', 'a', 5, false],
  ['lt of numbers', 'lt', 2, 3, true],
  ['lt of texts', 'lt', 'a', 'b', true],
  ['gt takes any text as more than any integer', 'gt', '2', 3, true],
  ['gte too', 'gte', '', 3, true],
  ['but not more than a float', 'gt', '2', 3.5, false],
  ['an integer is not more than a text', 'gt', 4, '3', false],
  ['nor less', 'lt', 2, '3', false],
  ['a text is not less than an integer', 'lte', '2', 3, false],
  ['null has no order', 'lt', null, 3, false],
  ['null is not even lte null', 'lte', null, null, false],
  ['objects have no order', 'gt', { a: 1 }, { a: 0 }, false],
  ['a list is ordered by its first difference', 'lt', [1, 2], [1, 3], true],
  ['a text against a date has no order', 'lt', '2018-01-01', '2018-01-03', false],
]

it.each(ROWS)('%s (%s)', (_, operator, input, reference, expected) => {
  const constant = { type: 'constant', constant: reference }
  expect(passes(compared(operator, constant), input === undefined ? {} : { x: input })).toBe(expected)
})

it('property_value may be an expression', () => {
  expect(passes(compared('gt', prop('y')), { x: 4, y: 2 })).toBe(true)
})

it('a date against a cast property has an order', () => {
  const filter = {
    type: 'boolean_expression',
    operator: 'gt',
    expression: prop('x', 'date'),
    property_value: '2018-01-01',
  }
  expect(passes(filter, { x: '2018-01-02' })).toBe(true)
})

it('property_match compares typed, by name or by path', () => {
  expect(passes({ type: 'property_match', property_name: 'x', property_value: 'a' }, { x: 'a' })).toBe(true)
  expect(
    passes({ type: 'property_match', property_path: ['x', 'y'], property_value: 1 }, { x: { y: '1' } }),
  ).toBe(false)
})

it('and, or, not', () => {
  const [yes, no] = [compared('eq', 1), compared('eq', 2)]
  expect(passes({ type: 'and', filters: [yes, yes] }, { x: 1 })).toBe(true)
  expect(passes({ type: 'and', filters: [yes, no] }, { x: 1 })).toBe(false)
  expect(passes({ type: 'or', filters: [no, yes] }, { x: 1 })).toBe(true)
  expect(passes({ type: 'not', filter: no }, { x: 1 })).toBe(true)
})

it('a comment is allowed in every filter, another key is not', () => {
  expect(parseFilter({ ...(compared('eq', 1) as object), comment: 'why' }).ok).toBe(true)
  expect(parseFilter({ ...(compared('eq', 1) as object), commment: 'why' }).ok).toBe(false)
})

it('property_value is required and may be null', () => {
  expect(parseFilter(compared('eq', null)).ok).toBe(true)
  expect(parseFilter({ type: 'boolean_expression', operator: 'eq', expression: 1 }).ok).toBe(false)
})
