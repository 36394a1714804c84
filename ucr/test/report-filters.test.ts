/** Report filters (§6.14): from request parameters to clauses. */
import { describe, expect, it } from 'vitest'
import { parseDataSource, parseReport, readFilterValues } from '../index.ts'
import type { Params, Places } from '../contract.ts'
import { readDay } from '../value/dates.ts'
import { isDict } from '../value/value.ts'
import type { DateValue, Value } from '../value/value.ts'
import { toText } from '../value/text.ts'
import { unwrap } from './short-words.ts'

const column = (column_id: string, datatype: string) => ({
  type: 'raw',
  column_id,
  datatype,
  property_name: column_id,
})
const source = unwrap(
  parseDataSource({
    domain: 'd',
    table_id: 't',
    referenced_doc_type: 'CommCareCase',
    configured_indicators: [
      column('day', 'date'),
      column('at', 'datetime'),
      column('text', 'string'),
      column('n', 'integer'),
      column('place', 'string'),
      column('land', 'string'),
    ],
  }),
)

const PLACES: Places = {
  withDescendants: (ids) => ids.flatMap((id) => [id, `${id}.1`, `${id}.2`]),
  ancestor: (id, type) => (id === 'city' && type === 'land' ? 'home' : null),
  accessible: null,
}

function read(filter: object, params: Params = {}, places: Partial<Places> = {}) {
  const report = unwrap(
    parseReport({ domain: 'd', config_id: 'x', filters: [{ slug: 's', field: 'text', ...filter }] }),
  )
  const today = readDay('2020-05-15') as DateValue
  return readFilterValues(report, source, params, { today, places: { ...PLACES, ...places } })
}

/** Clauses with their values as text. */
function clauses(filter: object, params: Params = {}, places: Partial<Places> = {}): unknown {
  const show = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(show)
    if (typeof value !== 'object' || value === null) return value
    if (!isDict(value as Value)) return toText(value as Value)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item)]))
  }
  return show(unwrap(read(filter, params, places)))
}

const range = (field: string, from: string | null, to: string | null, includesTo = true) => [
  { op: 'range', field, from, to, includesTo },
]
const dated = (field: string) => ({ type: 'date', field })

describe('date', () => {
  const both = { 's-start': '2020-01-01', 's-end': '2020-01-31' }

  it('both ends count in', () => {
    expect(clauses(dated('day'), both)).toEqual(range('day', '2020-01-01', '2020-01-31'))
  })

  it('the last day of a datetime counts to its last microsecond', () => {
    expect(clauses(dated('at'), both)).toEqual(
      range('at', '2020-01-01 00:00:00', '2020-01-31 23:59:59.999999'),
    )
  })

  it('compare_as_string compares texts', () => {
    expect(clauses({ ...dated('at'), compare_as_string: true }, both)).toEqual(
      range('at', '2020-01-01', '2020-01-31'),
    )
  })

  it('one end may be open; empty is no filter', () => {
    expect(clauses(dated('day'), { 's-end': '2020-01-31' })).toEqual(range('day', null, '2020-01-31'))
    expect(clauses(dated('day'), { 's-start': '', 's-end': '' })).toEqual([])
  })

  it('what is no day is refused', () => {
    const parsed = read(dated('day'), { 's-start': 'soon' })
    expect(parsed.ok ? null : parsed.faults[0]).toMatchObject({
      code: 'UCR_FILTER_VALUE_INVALID',
      path: '$.s',
    })
  })
})

describe('quarter and numeric', () => {
  it('a quarter ends before the next begins', () => {
    expect(clauses({ type: 'quarter', field: 'day' }, { 's-year': '2020', 's-quarter': '4' })).toEqual(
      range('day', '2020-10-01', '2021-01-01', false),
    )
  })

  it('a number compares', () => {
    const filter = { type: 'numeric', field: 'n' }
    expect(clauses(filter, { 's-operator': '>=', 's-operand': '5' })).toEqual([
      { op: 'compare', field: 'n', operator: '>=', value: 5 },
    ])
    expect(clauses(filter, { 's-operator': 'distinct from', 's-operand': '5.5' })).toEqual([
      { op: 'distinct_from', field: 'n', value: 5.5 },
    ])
    expect(clauses(filter)).toEqual([])
    expect(read(filter, { 's-operator': 'or 1=1', 's-operand': '5' }).ok).toBe(false)
    expect(read(filter, { 's-operand': 'five' }).ok).toBe(false)
  })
})

describe('pre', () => {
  const pre = (pre_value: unknown, pre_operator?: string, field = 'text') => ({
    type: 'pre',
    field,
    pre_value,
    ...(pre_operator === undefined ? {} : { pre_operator }),
  })

  it.each<readonly [string, object, unknown]>([
    ['null is "has none"', pre(null), [{ op: 'is_null', field: 'text', isNull: true }]],
    ['null with != is "has one"', pre(null, '!='), [{ op: 'is_null', field: 'text', isNull: false }]],
    [
      'a list is any of',
      pre(['a', 'b']),
      [{ op: 'in', fields: ['text'], values: ['a', 'b'], orNull: false }],
    ],
    [
      'between two',
      pre([1, 5], 'between', 'n'),
      [{ op: 'range', field: 'n', from: 1, to: 5, includesTo: true }],
    ],
    ['a value is equal', pre('a'), [{ op: 'compare', field: 'text', operator: '=', value: 'a' }]],
    [
      'the last seven days',
      pre([null, null, null], 'last7', 'day'),
      range('day', '2020-05-08', '2020-05-15'),
    ],
    ['the last n days', pre([null, null, 3], 'lastn', 'day'), range('day', '2020-05-12', '2020-05-15')],
    ['the last month', pre([null, null], 'lastmonth', 'day'), range('day', '2020-04-01', '2020-04-30')],
    ['this year is the whole of it', pre([], 'thisyear', 'day'), range('day', '2020-01-01', '2020-12-31')],
    ['the last year', pre([], 'lastyear', 'day'), range('day', '2019-01-01', '2019-12-31')],
    ['this quarter', pre([], 'thisquarter', 'day'), range('day', '2020-04-01', '2020-06-30')],
    ['the last quarter', pre([], 'lastquarter', 'day'), range('day', '2020-01-01', '2020-03-31')],
    ['since a day', pre(['2020-02-01', null], 'since', 'day'), range('day', '2020-02-01', '2020-05-15')],
    ['a range', pre(['2020-02-01', '2020-02-02'], 'range', 'day'), range('day', '2020-02-01', '2020-02-02')],
  ])('%s', (_, filter, expected) => {
    expect(clauses(filter)).toEqual(expected)
  })

  it('an operator that does not go with the value is refused', () => {
    const bad = parseReport({
      domain: 'd',
      config_id: 'x',
      filters: [{ slug: 's', field: 'n', type: 'pre', pre_value: null, pre_operator: '<' }],
    })
    expect(bad.ok ? null : bad.faults[0]).toMatchObject({ path: '$.filters[0].pre_operator' })
  })
})

describe('choices', () => {
  const list = { type: 'choice_list', choices: [{ value: 'a' }, { value: null, display: 'none' }] }
  const dynamic = { type: 'dynamic_choice_list' }
  const anyOf = (values: unknown[], orNull = false, fields = ['text']) => [
    { op: 'in', fields, values, orNull },
  ]

  it('one choice; _all and nothing are no filter', () => {
    expect(clauses(list, { s: 'a' })).toEqual(anyOf(['a']))
    expect(clauses(list, { s: '_all' })).toEqual([])
    expect(clauses(list)).toEqual([])
    expect(clauses({ ...list, show_all: false })).toEqual(anyOf(['a']))
  })

  it('U+2400 is "has none"', () => {
    expect(clauses(list, { s: '\u2400' })).toEqual(anyOf([], true))
  })

  it('several choices, repeated or parted by U+001F', () => {
    expect(clauses(dynamic, { s: ['a', 'b'] })).toEqual(anyOf(['a', 'b']))
    expect(clauses(dynamic, { s: 'a\u001fb\u001f\u2400' })).toEqual(anyOf(['a', 'b'], true))
  })

  it('choices take the datatype of the filter', () => {
    expect(clauses({ ...dynamic, field: 'n', datatype: 'integer' }, { s: '5' })).toEqual(
      anyOf([5], false, ['n']),
    )
  })

  it('a default counts when nothing is said', () => {
    expect(clauses({ ...dynamic, default: ['a'] })).toEqual(anyOf(['a']))
    expect(clauses({ ...dynamic, default: ['a'] }, { s: 'b' })).toEqual(anyOf(['b']))
  })

  it('any of several fields', () => {
    const many = { type: 'multi_field_dynamic_choice_list', fields: ['text', 'place'] }
    expect(clauses(many, { s: 'a' })).toEqual(anyOf(['a'], false, ['text', 'place']))
  })

  const places = {
    ...dynamic,
    field: 'place',
    choice_provider: { type: 'location', include_descendants: true },
  }

  it('a place with what is below it', () => {
    expect(clauses(places, { s: 'l' })).toEqual(anyOf(['l', 'l.1', 'l.2'], false, ['place']))
  })

  it('an ancestor expression adds a condition on the ancestor', () => {
    const above = { ...places, ancestor_expression: { field: 'land', location_type: 'land' } }
    expect(clauses(above, { s: 'city' })).toEqual([
      ...anyOf(['city', 'city.1', 'city.2'], false, ['place']),
      ...anyOf(['home'], false, ['land']),
    ])
  })

  it('who may see some places only sees those, also when asking for all', () => {
    const accessible = { accessible: ['l.1'] }
    expect(clauses(places, { s: 'l' }, accessible)).toEqual(anyOf(['l.1'], false, ['place']))
    expect(clauses(places, {}, accessible)).toEqual(anyOf(['l.1'], false, ['place']))
    expect(clauses(places, { s: 'x' }, accessible)).toEqual([{ op: 'nothing' }])
  })

  it('a drilldown takes one place; show_none shows nothing', () => {
    const drilldown = { type: 'location_drilldown', field: 'place' }
    expect(clauses(drilldown, { s: 'l' })).toEqual(anyOf(['l'], false, ['place']))
    expect(clauses(drilldown, { s: 'show_none' })).toEqual([{ op: 'nothing' }])
    expect(clauses(drilldown)).toEqual([])
  })
})
