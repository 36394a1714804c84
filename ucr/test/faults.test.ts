/** What a person reads who mistyped: path, what was found, what is allowed, all faults at once. */
import { describe, expect, it } from 'vitest'
import { parseDataSource, parseExpression, parseFilter } from '../index.ts'
import type { Parsed } from '../contract.ts'

const faultsOf = (parsed: Parsed<unknown>) => (parsed.ok ? [] : parsed.faults)
const brief = (parsed: Parsed<unknown>): readonly string[] =>
  faultsOf(parsed).map(({ code, path }) => `${code} ${path}`)

type Row = readonly [string, unknown, string, string, string | null]

const ROWS: readonly Row[] = [
  ['a misspelt type', { type: 'conditionl' }, 'UCR_TYPE_UNKNOWN', '$.type', 'conditional'],
  ['no type', {}, 'UCR_TYPE_MISSING', '$', null],
  [
    'a type of one project elsewhere',
    { type: 'icds_get_case_forms_by_date' },
    'UCR_TYPE_FOREIGN',
    '$.type',
    null,
  ],
  ['a required key left out', { type: 'constant' }, 'UCR_KEY_MISSING', '$.constant', null],
  [
    'an empty path',
    { type: 'property_path', property_path: [] },
    'UCR_VALUE_INVALID',
    '$.property_path',
    null,
  ],
  ['a number for a name', { type: 'named', name: 5 }, 'UCR_VALUE_INVALID', '$.name', null],
  [
    'a misspelt aggregation',
    { type: 'reduce_items', items_expression: [], aggregation_fn: 'summ' },
    'UCR_VALUE_INVALID',
    '$.aggregation_fn',
    'sum',
  ],
  [
    'a misspelt datatype',
    { type: 'property_name', property_name: 'a', datatype: 'interger' },
    'UCR_VALUE_INVALID',
    '$.datatype',
    'integer',
  ],
  [
    'a JSONPath that ends too early',
    { type: 'jsonpath', jsonpath: '$.a[' },
    'UCR_VALUE_INVALID',
    '$.jsonpath',
    null,
  ],
  ['a name that is not defined', { type: 'named', name: 'x' }, 'UCR_NAME_UNKNOWN', '$.name', null],
  [
    'a statement that is no text',
    { type: 'evaluator', statement: 5 },
    'UCR_VALUE_INVALID',
    '$.statement',
    null,
  ],
]

it.each(ROWS)('%s', (_, spec, code, path, meant) => {
  const [fault, ...more] = faultsOf(parseExpression(spec))
  expect(more).toEqual([])
  expect({ code: fault?.code, path: fault?.path, meant: fault?.meant }).toEqual({ code, path, meant })
  expect(fault?.allowed).not.toBe('')
  expect(fault?.message).toContain(path)
})

it('an unknown type names all types', () => {
  const [fault] = faultsOf(parseExpression({ type: 'x' }))
  expect(fault?.found).toBe('"x"')
  expect(fault?.allowed.split(', ')).toHaveLength(40)
})

it('all faults of a tree come at once, in the order of their paths', () => {
  const spec = {
    type: 'and',
    filters: [
      { type: 'boolean_expression', operator: 'equals', expression: { type: 'propert_name' } },
      { type: 'not', filter: { type: 'or', filters: [] }, extra: 1 },
      5,
    ],
  }
  expect(brief(parseFilter(spec))).toEqual([
    'UCR_TYPE_UNKNOWN $.filters[0].expression.type',
    'UCR_VALUE_INVALID $.filters[0].operator',
    'UCR_KEY_MISSING $.filters[0].property_value',
    'UCR_KEY_UNKNOWN $.filters[1].extra',
    'UCR_VALUE_INVALID $.filters[1].filter.filters',
    'UCR_VALUE_INVALID $.filters[2]',
  ])
})

it('a key that nothing reads is a warning, not a fault', () => {
  const parsed = parseExpression({ type: 'property_name', property_name: 'a', data_type: 'date' })
  expect(parsed.ok && parsed.warnings.map(({ code, path, meant }) => [code, path, meant])).toEqual([
    ['UCR_KEY_IGNORED', '$.data_type', 'datatype'],
  ])
})

it('a statement that cannot be read is a warning: its value is null', () => {
  const parsed = parseExpression({
    type: 'root_doc',
    expression: { type: 'evaluator', statement: 'a ** 2', context_variables: { a: 1 } },
  })
  expect(parsed.ok && parsed.warnings.map(({ code, path, found }) => [code, path, found])).toEqual([
    ['UCR_STATEMENT_INVALID', '$.expression.statement', 'powers are not allowed'],
  ])
})

it('a comment is no warning', () => {
  const parsed = parseExpression({ type: 'identity', comment: 'x' })
  expect(parsed.ok && parsed.warnings).toEqual([])
})

it('the tree is frozen all the way down', () => {
  const parsed = parseExpression({
    type: 'iterator',
    expressions: [{ type: 'constant', constant: { a: [1] } }],
  })
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen))
  expect(parsed.ok && frozen(parsed.value)).toBe(true)
})

describe('data sources', () => {
  const source = (more: object) =>
    parseDataSource({ domain: 'd', table_id: 't', referenced_doc_type: 'CommCareCase', ...more })
  const count = (column_id: unknown) => ({ type: 'count', column_id })

  it.each<readonly [string, object, readonly string[]]>([
    ['a domain is required', { domain: '' }, ['UCR_VALUE_INVALID $.domain']],
    ['a table id is a slug', { table_id: 'a b' }, ['UCR_VALUE_INVALID $.table_id']],
    ['a document type of four', { referenced_doc_type: 'Case' }, ['UCR_VALUE_INVALID $.referenced_doc_type']],
    [
      'a column id twice',
      { configured_indicators: [count('n'), count('n')] },
      ['UCR_COLUMN_DUPLICATE $.configured_indicators[1].column_id'],
    ],
    [
      'a column of a choice list that is there already',
      {
        configured_indicators: [
          count('c_a'),
          { type: 'choice_list', column_id: 'c', property_name: 'p', choices: ['a'] },
        ],
      },
      ['UCR_COLUMN_DUPLICATE $.configured_indicators[1].column_id'],
    ],
    [
      'a reserved column id',
      { configured_indicators: [count('doc_id')] },
      ['UCR_COLUMN_RESERVED $.configured_indicators[0].column_id'],
    ],
    [
      'an empty column id',
      { configured_indicators: [count('')] },
      ['UCR_VALUE_INVALID $.configured_indicators[0].column_id'],
    ],
    [
      'a key that indicators do not have',
      { configured_indicators: [{ ...count('n'), filtr: 1 }] },
      ['UCR_KEY_UNKNOWN $.configured_indicators[0].filtr'],
    ],
    [
      'a property by name and by path',
      {
        configured_indicators: [
          { type: 'raw', column_id: 'r', datatype: 'string', property_name: 'a', property_path: ['a'] },
        ],
      },
      ['UCR_VALUE_INVALID $.configured_indicators[0].property_name'],
    ],
    [
      'names that lead to each other',
      { named_expressions: { a: { type: 'named', name: 'b' }, b: { type: 'named', name: 'a' } } },
      ['UCR_NAME_CIRCULAR $.named_expressions.a', 'UCR_NAME_CIRCULAR $.named_expressions.b'],
    ],
    [
      'an unknown name deep in an indicator',
      { configured_indicators: [{ type: 'boolean', column_id: 'b', filter: { type: 'named', name: 'f' } }] },
      ['UCR_NAME_UNKNOWN $.configured_indicators[0].filter.name'],
    ],
    [
      'a primary key of a column that is not marked as one',
      { configured_indicators: [count('n')], sql_settings: { primary_key: ['doc_id', 'n'] } },
      ['UCR_PRIMARY_KEY_INVALID $.sql_settings.primary_key[1]'],
    ],
    [
      'an index on a column that is not there',
      { sql_column_indexes: [{ column_ids: ['nn'] }] },
      ['UCR_COLUMN_UNKNOWN $.sql_column_indexes[0].column_ids[0]'],
    ],
  ])('%s', (_, more, expected) => {
    expect(brief(source(more))).toEqual(expected)
  })

  it('named filters may use named expressions and other named filters', () => {
    const parsed = source({
      named_expressions: { later: { type: 'named', name: 'early' }, early: 1 },
      named_filters: {
        g: { type: 'not', filter: { type: 'named', name: 'f' } },
        f: {
          type: 'boolean_expression',
          operator: 'eq',
          expression: { type: 'named', name: 'later' },
          property_value: 1,
        },
      },
    })
    expect(parsed.ok && [...parsed.value.named_expressions.keys()]).toEqual(['early', 'later'])
    expect(parsed.ok && [...parsed.value.named_filters.keys()]).toEqual(['f', 'g'])
  })
})
