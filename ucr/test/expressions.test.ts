/** Expressions (§6.3): one row a rule. */
import { describe, expect, it } from 'vitest'
import { evaluate, prop, shown } from './short-words.ts'

type Row = readonly [string, unknown, unknown, string]

const index = (array: unknown, at: unknown) => ({
  type: 'array_index',
  array_expression: array,
  index_expression: at,
})
const split = (more: object) => ({ type: 'split_string', string_expression: prop('x'), ...more })
const reduce = (fn: string) => ({ type: 'reduce_items', items_expression: prop('x'), aggregation_fn: fn })
const sort = (order?: string) => ({
  type: 'sort_items',
  items_expression: prop('x'),
  sort_expression: prop('k'),
  ...(order === undefined ? {} : { order }),
})
const flatten = { type: 'flatten', items_expression: prop('x') }
const months = (count: unknown) => ({
  type: 'add_months',
  date_expression: prop('x'),
  months_expression: count,
})
const days = (count: unknown) => ({ type: 'add_days', date_expression: prop('x'), count_expression: count })
const jsonpath = (path: string) => ({ type: 'jsonpath', jsonpath: path })
const items = { x: [{ k: 2 }, { k: null }, { k: 1 }] }

const ROWS: readonly Row[] = [
  ['identity is the item', { type: 'identity' }, [1], '[1]'],
  ['a property of what is no object is null', prop('x'), 'text', 'None'],
  ['a property of the prototype is none', prop('constructor'), {}, 'None'],
  [
    'a property name may be computed',
    { type: 'property_name', property_name: prop('y') },
    { y: 'x', x: 1 },
    '1',
  ],
  [
    'a path into a list is null',
    { type: 'property_path', property_path: ['x', 'y'] },
    { x: [{ y: 1 }] },
    'None',
  ],
  ['one match of a JSONPath is itself', jsonpath('$.x[0].y'), { x: [{ y: 1 }] }, '1'],
  ['several are a list', jsonpath('x[*].y'), { x: [{ y: 1 }, { y: 2 }] }, '[1, 2]'],
  ['none is null', jsonpath('$.z'), { x: 1 }, 'None'],
  ['descendants are found in document order', jsonpath('$..y'), { y: 1, x: { y: 2 } }, '[1, 2]'],
  ['a JSONPath may filter', jsonpath('$.x[?(@.y > 1)].y'), { x: [{ y: 1 }, { y: 2 }] }, '2'],
  ['a JSONPath may slice', jsonpath('$.x[1:]'), { x: [1, 2, 3] }, '[2, 3]'],
  ['a match that is a list stays one', jsonpath('$.x[0]'), { x: [[1, 2]] }, '[1, 2]'],
  [
    'coalesce takes the default for null',
    { type: 'coalesce', expression: prop('x'), default_expression: 1 },
    {},
    '1',
  ],
  [
    'and for an empty text',
    { type: 'coalesce', expression: prop('x'), default_expression: 1 },
    { x: '' },
    '1',
  ],
  ['but not for zero', { type: 'coalesce', expression: prop('x'), default_expression: 1 }, { x: 0 }, '0'],
  [
    'switch compares with text keys only',
    { type: 'switch', switch_on: prop('x'), cases: { '1': 'one' }, default: 'other' },
    { x: 1 },
    'other',
  ],
  ['array_index counts from the end too', index(prop('x'), -1), { x: [1, 2] }, '2'],
  ['array_index beyond the end is null', index(prop('x'), 2), { x: [1, 2] }, 'None'],
  ['array_index wants an integer', index(prop('x'), '1'), { x: [1, 2] }, 'None'],
  ['array_index takes true as 1', index(prop('x'), true), { x: [1, 2] }, '2'],
  ['split_string without index is the list', split({}), { x: ' a  b ' }, "['a', 'b']"],
  ['a delimiter keeps empty parts', split({ delimiter: ',' }), { x: 'a,,b' }, "['a', '', 'b']"],
  ['a null index is null', split({ index_expression: null }), { x: 'a b' }, 'None'],
  ['split_string of a number is null', split({ index_expression: 0 }), { x: 36 }, 'None'],
  ['an empty delimiter is null', split({ delimiter: '' }), { x: 'ab' }, 'None'],
  ['sort puts null first', sort(), items, "[{'k': None}, {'k': 1}, {'k': 2}]"],
  ['and last when descending', sort('DESC'), items, "[{'k': 2}, {'k': 1}, {'k': None}]"],
  [
    'sort keeps equals in their order',
    sort('DESC'),
    {
      x: [
        { k: 1, n: 1 },
        { k: 1, n: 2 },
      ],
    },
    "[{'k': 1, 'n': 1}, {'k': 1, 'n': 2}]",
  ],
  ['what cannot be compared sorts to nothing', sort(), { x: [{ k: 1 }, { k: 'a' }] }, '[]'],
  ['count counts', reduce('count'), { x: [1, null] }, '2'],
  ['sum of nothing is 0', reduce('sum'), { x: [] }, '0'],
  ['sum of texts is null', reduce('sum'), { x: ['a'] }, 'None'],
  ['sum with null is null', reduce('sum'), { x: [1, null] }, 'None'],
  ['max of nothing is null', reduce('max'), { x: [] }, 'None'],
  ['min of texts', reduce('min'), { x: ['b', 'a'] }, 'a'],
  ['min of mixtures is null', reduce('min'), { x: [1, 'a'] }, 'None'],
  ['first and last of what is no list are null', reduce('last_item'), { x: 5 }, 'None'],
  ['join leaves null out', reduce('join'), { x: ['a', null, 1] }, 'a1'],
  ['flatten makes one list of lists', flatten, { x: [[1], [2, 3], []] }, '[1, 2, 3]'],
  ['flatten with one that is no list is empty', flatten, { x: [[1], 2] }, '[]'],
  ['add_days of a text', days(3), { x: '2015-01-30' }, '2015-02-02'],
  ['a count in text is read', days('-1'), { x: '2015-01-01' }, '2014-12-31'],
  ['a count that is no number is null', days('x'), { x: '2015-01-01' }, 'None'],
  ['a day beyond the year 9999 is null', days(1), { x: '9999-12-31' }, 'None'],
  ['add_months clamps to the end of the month', months(1), { x: '2020-01-31' }, '2020-02-29'],
  ['add_months goes back', months(-14), { x: '2020-03-31' }, '2019-01-31'],
  [
    'add_hours over midnight',
    { type: 'add_hours', date_expression: prop('x'), count_expression: 5 },
    { x: '2020-02-29T22:00:00Z' },
    '2020-03-01 03:00:00',
  ],
  [
    'the end of a leap February',
    { type: 'month_end_date', date_expression: prop('x') },
    { x: '2020-02-03' },
    '2020-02-29',
  ],
  [
    'the start of a month',
    { type: 'month_start_date', date_expression: prop('x') },
    { x: '2020-02-03' },
    '2020-02-01',
  ],
  [
    'diff_days counts days, not hours',
    { type: 'diff_days', from_date_expression: prop('x'), to_date_expression: '2020-03-01' },
    { x: '2020-02-28T23:59:59Z' },
    '2',
  ],
  [
    'an Ethiopian date',
    { type: 'ethiopian_date_to_gregorian_date', date_expression: prop('x') },
    { x: '2009-09-11' },
    '2017-05-19',
  ],
  [
    'a Gregorian date',
    { type: 'gregorian_date_to_ethiopian_date', date_expression: prop('x') },
    { x: '2017-09-10' },
    '2009-13-05',
  ],
  [
    'what is no Ethiopian date is an empty text',
    { type: 'ethiopian_date_to_gregorian_date', date_expression: 'x' },
    {},
    '',
  ],
  ['utcnow is the injected clock', { type: 'utcnow' }, {}, '2020-02-29 12:00:00'],
  [
    'an iterator tests each of its values as the item',
    {
      type: 'iterator',
      expressions: [1, null, 2],
      test: {
        type: 'boolean_expression',
        operator: 'not_eq',
        expression: { type: 'identity' },
        property_value: null,
      },
    },
    {},
    '[1, 2]',
  ],
]

it.each(ROWS)('%s', (_, spec, item, expected) => {
  expect(shown(evaluate(spec, item))).toBe(expected)
})

describe('the row around the item', () => {
  it('root_doc and base_iteration_number come from the row', () => {
    const root = { x: 'root' }
    expect(evaluate({ type: 'root_doc', expression: prop('x') }, { x: 'item' }, { root })).toBe('root')
    expect(evaluate({ type: 'base_iteration_number' }, {}, { root, iteration: 7 })).toBe(7)
  })

  it('without a row both are null', () => {
    expect(evaluate({ type: 'root_doc', expression: prop('x') }, { x: 'item' })).toBeNull()
    expect(evaluate({ type: 'base_iteration_number' })).toBeNull()
  })

  it('nested and map_items change the item, not the root', () => {
    const spec = {
      type: 'map_items',
      items_expression: prop('x'),
      map_expression: { type: 'root_doc', expression: prop('n') },
    }
    expect(evaluate(spec, { x: [1, 2] }, { root: { n: 5 } })).toEqual([5, 5])
  })
})

describe('other documents', () => {
  const parent = {
    _id: 'p',
    doc_type: 'CommCareCase',
    domain: 'd',
    name: 'Ada',
    indices: [],
    xform_ids: ['f1', 'f2', 'f3'],
  }
  const child = {
    _id: 'c',
    doc_type: 'CommCareCase',
    domain: 'd',
    closed: true,
    indices: [{ identifier: 'parent', referenced_id: 'p' }],
  }
  const foreign = { _id: 'x', doc_type: 'CommCareCase', domain: 'other', name: 'Eve' }
  const forms = [
    { _id: 'f1', doc_type: 'XFormInstance', domain: 'd', xmlns: 'a' },
    { _id: 'f2', doc_type: 'XFormInstance', domain: 'd', xmlns: 'b' },
    { _id: 'f3', doc_type: 'XFormArchived', domain: 'd', xmlns: 'a' },
  ]
  const places = [
    {
      _id: 'city',
      doc_type: 'Location',
      domain: 'd',
      location_type_name: 'City',
      location_type_code: 'city',
      parent_location_id: 'land',
    },
    {
      _id: 'land',
      doc_type: 'Location',
      domain: 'd',
      location_type: 'Land',
      location_type_code: 'land',
      lineage: [],
      name: 'Home',
    },
  ]
  const people = [
    { _id: 'u', doc_type: 'CommCareUser', domain: 'd', username: 'nurse@d' },
    { _id: 'g1', doc_type: 'Group', domain: 'd', case_sharing: true, users: ['u'] },
    { _id: 'g2', doc_type: 'Group', domain: 'd', case_sharing: false, reporting: false, users: ['u'] },
  ]
  const documents = [parent, child, foreign, ...forms, ...places, ...people]
  const on = (spec: unknown) => evaluate(spec, child, { root: child, documents })
  const related = (id: unknown, value: unknown) => ({
    type: 'related_doc',
    related_doc_type: 'CommCareCase',
    doc_id_expression: id,
    value_expression: value,
  })
  const idsIn = (value: unknown) => (value as { _id: string }[]).map(({ _id }) => _id)

  it('related_doc asks the other document', () => {
    expect(on(related('p', prop('name')))).toBe('Ada')
  })

  it('and the other document is the root there', () => {
    expect(on(related('p', { type: 'root_doc', expression: prop('_id') }))).toBe('p')
  })

  it('a document of another domain counts as none, and the value is asked of null', () => {
    expect(on(related('x', prop('name')))).toBeNull()
    expect(on(related('x', { type: 'coalesce', expression: prop('name'), default_expression: 'none' }))).toBe(
      'none',
    )
  })

  it('without an id the value is not asked at all', () => {
    expect(on(related('', 'constant'))).toBeNull()
  })

  it('indexed_case follows an index by its name', () => {
    expect(
      on({
        type: 'nested',
        argument_expression: { type: 'indexed_case', case_expression: { type: 'identity' } },
        value_expression: prop('name'),
      }),
    ).toBe('Ada')
    expect(on({ type: 'indexed_case', case_expression: { type: 'identity' }, index: 'host' })).toBeNull()
  })

  it('get_case_forms leaves archived ones out, and may choose by xmlns', () => {
    expect(idsIn(on({ type: 'get_case_forms', case_id_expression: 'p' }))).toEqual(['f1', 'f2'])
    expect(idsIn(on({ type: 'get_case_forms', case_id_expression: 'p', xmlns: ['b'] }))).toEqual(['f2'])
    expect(on({ type: 'get_case_forms', case_id_expression: null })).toEqual([])
  })

  it('get_subcases gives closed cases too', () => {
    expect(idsIn(on({ type: 'get_subcases', case_id_expression: 'p' }))).toEqual(['c'])
  })

  it('groups of a user, by kind; an unknown user has none', () => {
    expect(idsIn(on({ type: 'get_case_sharing_groups', user_id_expression: 'u' }))).toEqual(['g1'])
    expect(idsIn(on({ type: 'get_reporting_groups', user_id_expression: 'u' }))).toEqual(['g1'])
    expect(on({ type: 'get_reporting_groups', user_id_expression: 'nobody' })).toEqual([])
  })

  it('places: type, parent, ancestor and its property', () => {
    expect(on({ type: 'location_type_name', location_id_expression: 'city' })).toBe('City')
    expect(on({ type: 'location_parent_id', location_id_expression: 'city' })).toBe('land')
    expect(on({ type: 'location_parent_id', location_id_expression: 'land' })).toBeNull()
    const ancestor = { type: 'ancestor_location', location_id: 'city', location_type: 'land' }
    expect(on({ ...ancestor, location_property: 'name' })).toBe('Home')
    expect(on({ ...ancestor, location_type: 'planet' })).toBeNull()
  })
})
