/** Data sources: columns (§6.7, §6.9) and the rows of a document (§6.8, §6.10). */
import { describe, expect, it } from 'vitest'
import { columnName, parseDataSource, tableName } from '../index.ts'
import type { DataSource, DictValue } from '../contract.ts'
import { interpreterOver, prop, shown, unwrap } from './short-words.ts'

const indicators = [
  { type: 'expression', column_id: 'name', expression: prop('name') },
  {
    type: 'boolean',
    column_id: 'is_girl',
    filter: { type: 'property_match', property_name: 'sex', property_value: 'f' },
  },
  {
    type: 'expression',
    column_id: 'visit_date',
    datatype: 'date',
    expression: { type: 'root_doc', expression: { type: 'property_path', property_path: ['form', 'date'] } },
  },
  { type: 'count', column_id: 'n' },
]

const source = (more: object = {}): DataSource =>
  unwrap(
    parseDataSource({
      domain: 'demo',
      table_id: 'visits',
      referenced_doc_type: 'XFormInstance',
      base_item_expression: { type: 'property_path', property_path: ['form', 'child'] },
      configured_indicators: indicators,
      ...more,
    }),
  )

const form = (child: unknown): DictValue =>
  ({ _id: 'f', domain: 'demo', doc_type: 'XFormInstance', form: { date: '2024-03-01', child } }) as DictValue

describe('the rows of a document', () => {
  it('one row a repeat, with its number', () => {
    const { rows } = interpreterOver().rows(
      source(),
      form([
        { name: 'A', sex: 'f' },
        { name: 'B', sex: 'm' },
      ]),
    )
    expect(rows.map((row) => shown(row))).toEqual([
      "{'doc_id': 'f', 'inserted_at': '2020-02-29 12:00:00', 'repeat_iteration': 0, 'name': 'A', 'is_girl': 1, 'visit_date': '2024-03-01', 'n': 1}",
      "{'doc_id': 'f', 'inserted_at': '2020-02-29 12:00:00', 'repeat_iteration': 1, 'name': 'B', 'is_girl': 0, 'visit_date': '2024-03-01', 'n': 1}",
    ])
  })

  it('a single repeat is one row, none is none', () => {
    expect(interpreterOver().rows(source(), form({ name: 'A' })).rows).toHaveLength(1)
    expect(interpreterOver().rows(source(), form(undefined)).rows).toHaveLength(0)
    expect(interpreterOver().rows(source(), form([])).rows).toHaveLength(0)
  })

  it.each([
    ['another domain', { domain: 'other' }],
    ['another type', { doc_type: 'CommCareCase' }],
    ['a deleted document', { doc_type: 'XFormInstance-Deleted' }],
  ])('%s does not match and has no rows', (_, more) => {
    const found = interpreterOver().rows(source(), { ...form({ name: 'A' }), ...more })
    expect(found).toMatchObject({ matches: false, rows: [] })
  })

  it('the filter looks at the document, not at its items', () => {
    const filtered = source({
      configured_filter: { type: 'property_match', property_name: 'name', property_value: 'A' },
    })
    expect(interpreterOver().rows(filtered, form({ name: 'A' })).matches).toBe(false)
  })

  it('what a datatype cannot hold is null and told, an empty text is only null', () => {
    const dated = source({
      base_item_expression: null,
      configured_indicators: [
        { type: 'raw', column_id: 'bad', datatype: 'date', property_name: 'bad' },
        { type: 'raw', column_id: 'blank', datatype: 'date', property_name: 'blank' },
        { type: 'raw', column_id: 'must', datatype: 'integer', property_name: 'gone', is_nullable: false },
      ],
    })
    const { rows, faults } = interpreterOver().rows(dated, { ...form(null), bad: 'soon', blank: '' })
    expect(rows[0]).toMatchObject({ bad: null, blank: null, must: null })
    expect(faults).toEqual([
      { iteration: 0, column_id: 'bad', reason: 'cast' },
      { iteration: 0, column_id: 'must', reason: 'null' },
    ])
  })

  it('ledgers: a missing balance is 0, a due date so many days after 1970', () => {
    const ledger = { ledger_section: 'soh', product_codes: ['a', 'b'], case_id_expression: prop('_id') }
    const stock = source({
      base_item_expression: null,
      configured_indicators: [
        { type: 'ledger_balances', column_id: 's', ...ledger },
        { type: 'due_list_date', column_id: 'd', ...ledger },
      ],
    })
    const { rows } = interpreterOver({ balances: { f: { soh: { a: 31 } } } }).rows(stock, form(null))
    expect(rows[0]).toMatchObject({ s_a: 31, s_b: 0 })
    expect([shown(rows[0]?.['d_a'] ?? null), shown(rows[0]?.['d_b'] ?? null)]).toEqual([
      '1970-02-01',
      '1970-01-01',
    ])
  })

  it('validations that fail, all of them and in order', () => {
    const validated = source({
      validations: [
        {
          name: 'one',
          error_message: 'First.',
          expression: { type: 'property_match', property_name: 'x', property_value: 1 },
        },
        {
          name: 'two',
          error_message: 'Second.',
          expression: { type: 'property_match', property_name: '_id', property_value: 'f' },
        },
      ],
    })
    expect(interpreterOver().validate(validated, form(null))).toEqual([
      { name: 'one', error_message: 'First.' },
    ])
  })
})

describe('columns and names', () => {
  it('automatic columns come first; the number of a row is part of the key', () => {
    const { columns, primary_key, table_name } = source()
    expect(columns.map(({ id }) => id)).toEqual([
      'doc_id',
      'inserted_at',
      'repeat_iteration',
      'name',
      'is_girl',
      'visit_date',
      'n',
    ])
    expect(primary_key).toEqual(['doc_id', 'repeat_iteration'])
    expect(table_name).toBe(tableName('demo', 'visits'))
  })

  it('a small boolean is a small integer, a choice list one integer a choice', () => {
    const { columns } = source({
      configured_indicators: [
        {
          type: 'small_boolean',
          column_id: 'b',
          filter: { type: 'property_match', property_name: 'x', property_value: 1 },
        },
        {
          type: 'choice_list',
          column_id: 'c',
          display_name: 'Colour',
          property_name: 'x',
          choices: ['r', 1],
        },
      ],
    })
    expect(columns.slice(3).map(({ id, datatype, display_name }) => [id, datatype, display_name])).toEqual([
      ['b', 'small_integer', 'b'],
      ['c_r', 'integer', 'Colour (r)'],
      ['c_1', 'integer', 'Colour (1)'],
    ])
  })

  it('a table name has at most 50 characters and keeps its hash', () => {
    expect(tableName('domain', 'table')).toBe('ucr_domain_table_7a7a33ec')
    const long = tableName('this_is_a_long_domain', 'and_a_long_table_name')
    expect(long).toBe('ucr_this_is_a_long_domain_and_a_long_tabl_46eee2be')
  })

  it('a column name keeps its end', () => {
    const id = `${'x'.repeat(40)}_the_end_of_a_very_long_column_name`
    expect(columnName(id)).toHaveLength(63)
    expect(columnName(id)).toMatch(/_the_end_of_a_very_long_column_name_[0-9a-f]{8}$/)
    expect(columnName('short')).toBe('short')
  })
})
