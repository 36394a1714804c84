/** Reports (§6.12, §6.13, §6.16): reading, validation, the query, and the rows as they are shown. */
import { describe, expect, it } from 'vitest'
import {
  chartData,
  createInMemoryLookup,
  parseDataSource,
  parseReport,
  planQuery,
  shapeReport,
  validateReport,
} from '../index.ts'
import type { Expansions, Report, Row, Value } from '../contract.ts'
import { readInstant } from '../value/dates.ts'
import type { DateTimeValue } from '../value/value.ts'
import { interpreterOver, NOW, prop, shown, unwrap } from './short-words.ts'

const source = unwrap(
  parseDataSource({
    domain: 'd',
    table_id: 't',
    referenced_doc_type: 'CommCareCase',
    configured_indicators: [
      { type: 'raw', column_id: 'visit_date', datatype: 'date', property_name: 'x' },
      { type: 'raw', column_id: 'colour', datatype: 'string', property_name: 'x' },
      { type: 'count', column_id: 'n' },
      {
        type: 'boolean',
        column_id: 'is_girl',
        filter: { type: 'property_match', property_name: 'x', property_value: 1 },
      },
    ],
  }),
)

const field = (name: string, aggregation: string, more: object = {}) => ({
  type: 'field',
  field: name,
  aggregation,
  ...more,
})

const read = (more: object): Report => unwrap(parseReport({ domain: 'd', config_id: 'x', ...more }))
const faultsIn = (more: object): readonly string[] => {
  const parsed = parseReport({ domain: 'd', config_id: 'x', ...more })
  return parsed.ok ? [] : parsed.faults.map(({ code, path }) => `${code} ${path}`)
}

const context = (expansions: Expansions = new Map()) => ({
  interpreter: interpreterOver(),
  transforms: {
    now: readInstant(NOW) as DateTimeValue,
    language: 'fr',
    domain: 'd',
    lookup: createInMemoryLookup({ documents: [] }),
  },
  expansions,
})

const cells = (columns: readonly object[], rows: readonly Row[], expansions?: Expansions) =>
  shapeReport(read({ columns }), rows, context(expansions))
const cell = (column: object, row: Row): string =>
  shown(Object.values(cells([column], [row]).rows[0] ?? {})[0] ?? null)

describe('reading', () => {
  it.each<readonly [string, object, readonly string[]]>([
    [
      'a column id twice',
      { columns: [field('n', 'sum'), field('n', 'max')] },
      ['UCR_COLUMN_DUPLICATE $.columns[1].column_id'],
    ],
    [
      'a slug twice',
      { filters: [1, 2].map(() => ({ type: 'numeric', slug: 's', field: 'n' })) },
      ['UCR_SLUG_DUPLICATE $.filters[1].slug'],
    ],
    [
      'a misspelt aggregation',
      { columns: [field('n', 'summe')] },
      ['UCR_VALUE_INVALID $.columns[0].aggregation'],
    ],
    [
      'an unknown chart',
      { configured_charts: [{ type: 'pi' }] },
      ['UCR_TYPE_UNKNOWN $.configured_charts[0].type'],
    ],
    [
      'a chart of a column that is not shown',
      { columns: [field('n', 'sum')], configured_charts: [{ type: 'pie', value_column: 'm' }] },
      ['UCR_COLUMN_UNKNOWN $.configured_charts[0].value_column'],
    ],
    [
      'sorting by what is computed from the finished row',
      {
        columns: [{ type: 'expression', column_id: 'e', expression: 1 }],
        sort_expression: [{ field: 'e', order: 'ASC' }],
      },
      ['UCR_COLUMN_NOT_SORTABLE $.sort_expression[0].field'],
    ],
    [
      'SQL in a configuration of a person',
      { columns: [{ type: 'sum_when', column_id: 'w', whens: [['n > 1', 1]], else_: 0 }] },
      ['UCR_COLUMN_RESTRICTED $.columns[0].type'],
    ],
  ])('%s', (_, more, expected) => {
    expect(faultsIn(more)).toEqual(expected)
  })

  it('old spellings: alias is the id, expand is a type, the type field may be left out', () => {
    const { columns } = read({
      columns: [{ field: 'n', aggregation: 'sum', alias: 'total' }, field('colour', 'expand')],
    })
    expect(columns.map(({ type, column_id, display }) => [type, column_id, display])).toEqual([
      ['field', 'total', 'total'],
      ['expanded', 'colour', 'colour'],
    ])
  })

  it('a chart without an id has the same one each time', () => {
    const make = () =>
      read({
        columns: [field('n', 'sum')],
        configured_charts: [{ type: 'pie', title: 'T', value_column: 'n' }],
      })
    expect(make().configured_charts[0]?.chart_id).toBe(make().configured_charts[0]?.chart_id)
    expect(make().configured_charts[0]?.chart_id).toMatch(/^T[0-9a-f]{12}$/)
  })

  it('configurations that come with the program may carry conditions', () => {
    const parsed = parseReport(
      {
        domain: 'd',
        config_id: 'x',
        columns: [{ type: 'conditional_aggregation', column_id: 'w', whens: [['n > ?', 5, 1]], else_: 0 }],
      },
      { isStatic: true },
    )
    expect(
      parsed.ok && planQuery(parsed.value, source, { clauses: [], expansions: new Map() }).columns,
    ).toEqual([
      {
        alias: 'w',
        expression: { op: 'case', whens: [{ condition: 'n > ?', binds: [5], value: 1 }], otherwise: 0 },
      },
    ])
  })
})

describe('against the data source', () => {
  it('unknown columns are told with what was meant', () => {
    const report = read({
      aggregation_columns: ['colour', 'nope'],
      columns: [
        field('collour', 'sum'),
        { type: 'percent', column_id: 'p', numerator: field('n', 'sum'), denominator: field('m', 'sum') },
      ],
      filters: [{ type: 'numeric', slug: 's', field: 'zzz' }],
    })
    expect(validateReport(report, source).map(({ code, path, meant }) => [code, path, meant])).toEqual([
      ['UCR_COLUMN_UNKNOWN', '$.columns[0].field', 'colour'],
      ['UCR_COLUMN_UNKNOWN', '$.columns[1].denominator.field', 'n'],
      ['UCR_COLUMN_UNKNOWN', '$.filters[0].field', null],
      ['UCR_COLUMN_UNKNOWN', '$.aggregation_columns[1]', null],
    ])
  })

  it('what is shown as it is must be grouped by, unless rows are documents', () => {
    const columns = [field('colour', 'simple'), field('n', 'sum')]
    expect(validateReport(read({ columns }), source)).toEqual([])
    expect(validateReport(read({ columns, aggregation_columns: ['colour'] }), source)).toEqual([])
    expect(validateReport(read({ columns, aggregation_columns: ['visit_date'] }), source)).toMatchObject([
      { code: 'UCR_COLUMN_NOT_GROUPED', path: '$.columns[0].field' },
    ])
  })
})

describe('the query', () => {
  const plan = (more: object, expansions: Expansions = new Map()) =>
    planQuery(read(more), source, { clauses: [], expansions })

  it('groups and sorts by the month of a date', () => {
    const query = plan({
      aggregation_columns: ['month'],
      columns: [{ type: 'aggregate_date', column_id: 'month', field: 'visit_date' }, field('n', 'sum')],
      sort_expression: [{ field: 'month', order: 'DESC' }],
    })
    expect(query.groupBy).toEqual(['month_year', 'month_month'])
    expect(query.orderBy).toEqual([
      { by: 'month_year', order: 'DESC' },
      { by: 'month_month', order: 'DESC' },
    ])
  })

  it('sorts by the first column unless told, and by what makes rows distinct before that', () => {
    const columns = [field('colour', 'simple'), field('n', 'sum')]
    expect(plan({ columns }).orderBy).toEqual([{ by: 'colour', order: 'ASC' }])
    expect(plan({ columns, distinct_on: ['doc_id'] }).orderBy[0]).toEqual({ by: 'doc_id', order: 'ASC' })
    expect(plan({ columns }).groupBy).toEqual(['doc_id'])
  })

  it('an expanded column counts each value, up to its limit', () => {
    const column = { type: 'expanded', column_id: 'c', field: 'colour', max_expansion: 2 }
    const query = plan({ columns: [column] }, new Map([['c', ['a', 'b', 'z']]]))
    expect(query.columns).toEqual([
      { alias: 'c-0', expression: { op: 'count_equal', field: 'colour', value: 'a' } },
      { alias: 'c-1', expression: { op: 'count_equal', field: 'colour', value: 'b' } },
    ])
  })
})

describe('cells', () => {
  const percent = (format: string) => ({
    type: 'percent',
    column_id: 'p',
    numerator: field('n', 'sum'),
    denominator: field('n', 'count'),
    format,
  })
  const of = (num: Value, denom: Value): Row => ({ p__num: num, p__denom: denom })

  it.each<readonly [string, string, Row, string]>([
    ['percent', 'percent', of(2, 3), '67%'],
    ['half of a percent goes to the even one', 'percent', of(1, 8), '12%'],
    ['numeric_percent', 'numeric_percent', of(2, 3), '66'],
    ['decimal', 'decimal', of(2, 3), '0.667'],
    ['fraction', 'fraction', of(2, 3), '2/3'],
    ['both', 'both', of(2, 3), '67% (2/3)'],
    ['no denominator', 'percent', of(2, 0), '--'],
    ['a null denominator', 'decimal', of(2, null), '--'],
    ['a numerator that is no number', 'percent', of('x', 3), '?'],
    ['a null numerator', 'percent', of(null, 3), '?'],
    ['both without a denominator', 'both', of(0, 0), '-- (0/0)'],
  ])('%s', (_, format, row, expected) => {
    expect(cell(percent(format), row)).toBe(expected)
  })

  it('a month by its pattern; without one "Unknown Date"', () => {
    const month = (format?: string) => ({
      type: 'aggregate_date',
      column_id: 'm',
      field: 'visit_date',
      ...(format ? { format } : {}),
    })
    expect(cell(month(), { m_year: 2020, m_month: 3 })).toBe('2020-03')
    expect(cell(month('%b %y'), { m_year: 2020, m_month: 3 })).toBe('Mar 20')
    expect(cell(month(), { m_year: null, m_month: null })).toBe('Unknown Date')
  })

  it('a place on the map', () => {
    const place = { type: 'location', column_id: 'g', field: 'colour' }
    expect(cell(place, { g: '27.7 85.3 1400 5' })).toBe('27.7 85.3 1400 5')
    expect(cell(place, { g: 'here' })).toBe('here (Invalid Location)')
  })

  it('shares of the column', () => {
    const { rows } = cells([field('n', 'sum', { format: 'percent_of_total' })], [{ n: 1 }, { n: 3 }])
    expect(rows).toEqual([{ n: '25%' }, { n: '75%' }])
    expect(cells([field('n', 'sum', { format: 'percent_of_total' })], [{ n: 0 }]).rows).toEqual([{ n: '--' }])
  })

  it('expressions see the row as it is shown', () => {
    const columns = [
      field('n', 'sum', { transform: { type: 'number_format', format_string: '{:.1f}' } }),
      { type: 'expression', column_id: 'e', expression: prop('n') },
    ]
    expect(cells(columns, [{ n: 1 }]).rows).toEqual([{ n: '1.0', e: '1.0' }])
  })

  it('headers in the language of the reader; expanded ones name their value', () => {
    const columns = [
      field('n', 'sum', { display: { en: 'Number', fr: 'Nombre' } }),
      { type: 'expanded', column_id: 'c', field: 'colour' },
    ]
    const { headers } = cells(columns, [], new Map([['c', ['red', null]]]))
    expect(headers.map(({ slug, header }) => [slug, header])).toEqual([
      ['n', 'Nombre'],
      ['c-0', 'c-red'],
      ['c-1', 'c-None'],
    ])
  })
})

describe('totals', () => {
  const total = { calculate_total: true }

  it('the reference example', () => {
    const columns = [
      field('visit_date', 'simple'),
      field('n', 'sum', { column_id: 'children', ...total }),
      {
        type: 'percent',
        column_id: 'pct',
        numerator: field('is_girl', 'sum'),
        denominator: field('n', 'sum'),
        format: 'both',
      },
    ]
    const shaped = cells(columns, [{ visit_date: '2024-03-01', children: 3, pct__num: 2, pct__denom: 3 }])
    expect(shaped.rows).toEqual([{ visit_date: '2024-03-01', children: 3, pct: '67% (2/3)' }])
    expect(shaped.totals).toEqual(['Total', 3, ''])
  })

  it('no total without a column that has one', () => {
    expect(cells([field('n', 'sum')], [{ n: 1 }]).totals).toBeNull()
  })

  it('a percentage is that of the sums, null counts nothing, the first column may be totalled', () => {
    const columns = [
      field('n', 'sum', total),
      {
        type: 'percent',
        column_id: 'p',
        numerator: field('n', 'sum'),
        denominator: field('n', 'sum'),
        ...total,
      },
    ]
    const rows = [
      { n: 1, p__num: 1, p__denom: 2 },
      { n: null, p__num: 1, p__denom: 6 },
    ]
    expect(cells(columns, rows).totals).toEqual([1, '25%'])
  })

  it('each column of an expanded one has its own', () => {
    const column = { type: 'expanded', column_id: 'c', field: 'colour', max_expansion: 2, ...total }
    const shaped = cells(
      [column],
      [
        { 'c-0': 1, 'c-1': 2 },
        { 'c-0': 3, 'c-1': 4 },
      ],
      new Map([['c', ['a', 'b', 'z']]]),
    )
    expect(shaped.totals).toEqual([4, 6])
    expect(shaped.truncated).toEqual(['c'])
  })

  it('what is no number is told', () => {
    const shaped = cells([field('colour', 'max', total)], [{ colour: 'red' }])
    expect(shaped.faults.map(({ code, path }) => [code, path])).toEqual([
      ['UCR_TOTAL_NOT_NUMERIC', '$.colour'],
    ])
  })
})

describe('charts', () => {
  const columns = [field('colour', 'simple'), field('n', 'sum')]
  const rows: readonly Row[] = [
    { colour: 'red', n: 1 },
    { colour: 'blue', n: 3 },
  ]
  const data = (
    chart: object,
    cols: readonly object[] = columns,
    of = rows,
    expansions: Expansions = new Map(),
  ) => {
    const report = read({ columns: cols, configured_charts: [chart] })
    const [read0] = report.configured_charts
    return read0 === undefined ? null : chartData(read0, shapeReport(report, of, context(expansions)), 'en')
  }

  it('a pie', () => {
    expect(data({ type: 'pie', aggregation_column: 'colour', value_column: 'n' })).toMatchObject({
      categories: ['red', 'blue'],
      series: [{ name: 'n', values: [1, 3] }],
    })
  })

  it('bars, with names of their own', () => {
    const chart = {
      type: 'multibar',
      x_axis_column: 'colour',
      y_axis_columns: [{ column_id: 'n', display: 'How many' }],
      is_stacked: true,
    }
    expect(data(chart)).toMatchObject({ series: [{ name: 'How many', values: [1, 3] }], isStacked: true })
  })

  it('an expanded column becomes one series a value', () => {
    const cols = [field('visit_date', 'simple'), { type: 'expanded', column_id: 'c', field: 'colour' }]
    const chart = { type: 'multibar', x_axis_column: 'visit_date', y_axis_columns: ['c'] }
    const found = data(chart, cols, [{ visit_date: 'd', 'c-0': 1, 'c-1': 2 }], new Map([['c', ['a', 'b']]]))
    expect(found?.series).toEqual([
      { name: 'c-a', values: [1] },
      { name: 'c-b', values: [2] },
    ])
  })

  it('two groupings', () => {
    const cols = [field('colour', 'simple'), field('visit_date', 'simple'), field('n', 'sum')]
    const chart = {
      type: 'multibar-aggregate',
      primary_aggregation: 'colour',
      secondary_aggregation: 'visit_date',
      value_column: 'n',
    }
    const found = data(chart, cols, [
      { colour: 'r', visit_date: 'x', n: 1 },
      { colour: 'b', visit_date: 'y', n: 2 },
    ])
    expect(found).toMatchObject({
      categories: ['r', 'b'],
      series: [
        { name: 'x', values: [1, null] },
        { name: 'y', values: [null, 2] },
      ],
    })
  })
})
