/** The evaluator's statements (§6.4): one row a rule. */
import { expect, it } from 'vitest'
import { evaluate, shown } from './short-words.ts'

type Row = readonly [string, string, Readonly<Record<string, unknown>>, string]

const FROM = '2016-01-01T11:00:00Z'
const TO = '2016-01-03T11:30:00Z'

const ROWS: readonly Row[] = [
  ['integers stay integers', 'a + b', { a: 2, b: 3 }, '5'],
  ['precedence', 'a + b * 2 - -1', { a: 2, b: 3 }, '9'],
  ['parentheses', '(a + b) * 2', { a: 2, b: 3 }, '10'],
  ['true division gives a float', 'a / b', { a: 4, b: 2 }, '2.0'],
  ['floor division goes down', '-7 // 2', {}, '-4'],
  ['the remainder has the sign of the divisor', '-7 % 3', {}, '2'],
  ['so has that of floats', '-7.5 % 2', {}, '0.5'],
  ['division by zero is null', 'a / b', { a: 5, b: 0 }, 'None'],
  ['text plus number is null', 'a + b', { a: 'x', b: 1 }, 'None'],
  ['texts are joined', "str(a) + 'text'", { a: 3 }, '3text'],
  ['powers are null', 'a**b', { a: 2, b: 3 }, 'None'],
  ['method calls are null', '"WORD".lower()', {}, 'None'],
  ['unknown functions are null', 'max(a, b)', { a: 1, b: 2 }, 'None'],
  ['lambdas are null', 'lambda x: x', {}, 'None'],
  ['assignments are null', 'a = 1', { a: 1 }, 'None'],
  ['a name that is not given is null', 'a + zz', { a: 1 }, 'None'],
  ['but only when it is reached', 'a if a else zz', { a: 1 }, '1'],
  ['broken syntax is null', '2 +', {}, 'None'],
  ['or gives its operand', 'a or b', { a: 0, b: 7 }, '7'],
  ['and stops at the first false', 'a and zz', { a: 0 }, '0'],
  ['not binds looser than comparisons', 'not a == b', { a: 1, b: 2 }, 'True'],
  ['comparisons chain', '1 < a <= 3', { a: 3 }, 'True'],
  ['null has no order', 'a < b', { a: null, b: 1 }, 'None'],
  ['in a list', 'a in [1, 2]', { a: 2 }, 'True'],
  ['not in a text', "'x' not in a", { a: 'abc' }, 'True'],
  ['indexing from the end', 'a[-1]', { a: [1, 2] }, '2'],
  ['indexing beyond the end is null', 'a[5]', { a: [1, 2] }, 'None'],
  ['a member of an object', "a['k'] + a.k", { a: { type: 'constant', constant: { k: 2 } } }, '4'],
  ['range', 'range(1, 10, 3)', {}, '[1, 4, 7]'],
  ['range below a hundred', 'range(99)[98]', {}, '98'],
  ['range of a hundred is null', 'range(100)', {}, 'None'],
  ['round to an even neighbour', 'round(2.5)', {}, '2'],
  ['round on the exact value', 'round(2.675, 2)', {}, '2.67'],
  ['round of tens', 'round(1234, -2)', {}, '1200'],
  ['int of a text', "int('5')", {}, '5'],
  ['int of a fraction in text is null', "int('5.8')", {}, 'None'],
  ['float of a text', "float('2.50')", {}, '2.5'],
  ['dates differ by a duration', '(b - a).days', { a: FROM, b: TO }, '2'],
  ['days of a duration', 'days(b - a)', { a: FROM, b: TO }, '2'],
  ['seconds of a duration', 'timedelta_to_seconds(b - a)', { a: FROM, b: TO }, '174600.0'],
  ['seconds of a number are null', 'timedelta_to_seconds(a)', { a: 5 }, 'None'],
  ['a date and a datetime do not mix', 'a - b', { a: FROM, b: '2016-01-01' }, 'None'],
  ['today is the day of the clock', 'today() - a == today() - a', { a: '2020-02-01' }, 'True'],
  ['today is a name too', 'days(today - a)', { a: '2020-02-01' }, '28'],
  [
    'decimals do not mix with floats',
    'a + 0.5',
    { a: { type: 'property_name', property_name: 'd', datatype: 'decimal' } },
    'None',
  ],
  [
    'decimals stay exact',
    'a + a',
    { a: { type: 'property_name', property_name: 'd', datatype: 'decimal' } },
    '2.20',
  ],
  [
    'decimals divide to 28 digits',
    'a / 3',
    { a: { type: 'property_name', property_name: 'd', datatype: 'decimal' } },
    '0.3666666666666666666666666667',
  ],
  [
    'a duration as a variable is null',
    'a',
    { a: { type: 'evaluator', statement: 'b - b', context_variables: { b: FROM } } },
    'None',
  ],
  ['context() is the variables', "context()['a']", { a: 5 }, '5'],
  ['jsonpath on the variables', "jsonpath('a[*]')", { a: [1, 2] }, '[1, 2]'],
  ['jsonpath on something else', "jsonpath('$.k', a)", { a: { type: 'constant', constant: { k: 2 } } }, '2'],
  ['jsonpath always as a list', "jsonpath('a', as_list=True)", { a: 5 }, '[5]'],
  ['root_context() is the root document', 'root_context().d', {}, '1.10'],
  ['rand is the injected chance', 'rand()', {}, '0.5'],
  ['randint is below its limit', 'randint(10)', {}, '5'],
  ['an attribute that begins with an underscore is null', 'a.__class__', { a: 1 }, 'None'],
  ['a huge text is null', "'x' * 1000000", {}, 'None'],
  ['a huge number is null', `${'9'.repeat(2000)} * ${'9'.repeat(2000)} * ${'9'.repeat(2000)}`, {}, 'None'],
]

it.each(ROWS)('%s: %s', (_, statement, context_variables, expected) => {
  const spec = { type: 'evaluator', statement, context_variables }
  expect(shown(evaluate(spec, { d: '1.10' }, { root: { d: '1.10' } }))).toBe(expected)
})

it('the datatype casts the result', () => {
  const spec = { type: 'evaluator', statement: 'a / 2', context_variables: { a: 5 }, datatype: 'integer' }
  expect(evaluate(spec)).toBe(2)
})
