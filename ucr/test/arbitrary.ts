/** Random configurations and documents: every type of filter and expression, and documents as messy as people's. */
import * as fc from 'fast-check'
import { AGGREGATIONS_OF_LISTS } from '../tree/expression.ts'
import { OPERATORS } from '../tree/filter.ts'
import { DATATYPES } from '../value/cast.ts'
import { CUSTOM_TRANSFORMS } from '../tree/transform.ts'

const KEYS = ['a', 'b', 'c', 'case_id', 'owner', '__proto__', 'ünïcode', '']
const TEXTS = [
  '',
  ' ',
  'a b c',
  '5',
  '5.8',
  '-0',
  '1e400',
  'nan',
  'inf',
  '99999999999999999999999999',
  '2020-02-29',
  '2020-2-9',
  '2020-02-30',
  '0001-01-01',
  '9999-12-31',
  '2020-03-12T20:33:49Z',
  '2020-03-12T20:33:49.134506Z',
  '2020-03-12T20:33:49.134-02',
  '2020-03-12T20:33:49+05:30',
  '2020-03-12 20:33:49',
  '2009-13-05',
  'null',
  'héé 🎈',
  'constructor',
]

const leaf = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS),
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 5.5, 1e308, -1e-308, 2 ** 53 + 2, 12_345_678_901),
  fc.string({ maxLength: 6 }),
  fc.double(),
  fc.integer(),
)

/** A document: missing, null, nested, lists instead of values and the other way round. */
export const documents: fc.Arbitrary<Record<string, unknown>> = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 }),
    ),
  }))
  .value.chain((value) =>
    fc
      .dictionary(fc.constantFrom(...KEYS), fc.oneof(leaf, fc.constant(value)), { maxKeys: 6 })
      .map((own) => ({
        ...own,
        _id: 'doc',
        domain: 'd',
        doc_type: 'CommCareCase',
        deep: value,
      })),
  )

const STATEMENTS = [
  'a + b',
  'a - b',
  'a * b',
  'a / b',
  'a // b',
  'a % b',
  '-a',
  'a < b',
  'a == b and not c',
  'a if a else b',
  'round(a, 2)',
  'round(a)',
  'int(a)',
  'float(a) * 2',
  'str(a) + str(b)',
  'range(a)',
  'a in b',
  'a[0]',
  'a.year',
  '(a - b).days',
  'timedelta_to_seconds(a - b)',
  'days(a - b) / 7',
  'today() - a',
  'context()',
  'root_context()',
  "jsonpath('$..a')",
  "named('n')",
  'a ** b',
  'rand() < 2',
  'randint(a)',
  '"x" * a',
  '[a, b] + [c]',
]
const PATHS = ['$', '$.a', '$..b', 'deep[*]', 'deep[0]', "$['a','b']", '$.deep[?(@.a > 1)]', '$..[1:2]']
const TYPES = ['CommCareCase', 'XFormInstance', 'CommCareUser', 'Group', 'Location']

type Spec = unknown
interface Specs {
  expression: Spec
  filter: Spec
}

const datatype = fc.constantFrom(undefined, null, ...DATATYPES)
const key = fc.constantFrom(...KEYS.filter((each) => each !== ''), 'deep', 'domain', '_id')

function expressionsOf(tie: (name: keyof Specs) => fc.Arbitrary<Spec>): readonly fc.Arbitrary<Spec>[] {
  const e = tie('expression')
  const f = tie('filter')
  const of = (type: string, keys: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
    fc.record({ type: fc.constant(type), ...keys })
  return [
    of('root_doc', { expression: e }),
    of('conditional', { test: f, expression_if_true: e, expression_if_false: e }),
    of('switch', {
      switch_on: e,
      cases: fc.dictionary(fc.constantFrom(...TEXTS), e, { maxKeys: 3 }),
      default: e,
    }),
    of('coalesce', { expression: e, default_expression: e }),
    of('nested', { argument_expression: e, value_expression: e }),
    of('dict', {
      properties: fc.dictionary(
        key.filter((each) => each !== '__proto__'),
        e,
        { minKeys: 1, maxKeys: 3 },
      ),
    }),
    of('evaluator', {
      statement: fc.constantFrom(...STATEMENTS),
      context_variables: fc.record({ a: e, b: e }),
      datatype,
    }),
    of('iterator', { expressions: fc.array(e, { maxLength: 3 }), test: fc.oneof(f, fc.constant({})) }),
    of('array_index', { array_expression: e, index_expression: e }),
    of('split_string', {
      string_expression: e,
      index_expression: e,
      delimiter: fc.constantFrom(' ', ',', ''),
    }),
    of('split_string', { string_expression: e }),
    of('filter_items', { items_expression: e, filter_expression: f }),
    of('map_items', { items_expression: e, map_expression: e }),
    of('sort_items', { items_expression: e, sort_expression: e, order: fc.constantFrom('ASC', 'DESC') }),
    of('reduce_items', { items_expression: e, aggregation_fn: fc.constantFrom(...AGGREGATIONS_OF_LISTS) }),
    of('flatten', { items_expression: e }),
    of('add_days', { date_expression: e, count_expression: e }),
    of('add_hours', { date_expression: e, count_expression: e }),
    of('add_months', { date_expression: e, months_expression: e }),
    of('month_start_date', { date_expression: e }),
    of('month_end_date', { date_expression: e }),
    of('diff_days', { from_date_expression: e, to_date_expression: e }),
    of('ethiopian_date_to_gregorian_date', { date_expression: e }),
    of('gregorian_date_to_ethiopian_date', { date_expression: e }),
    of('related_doc', {
      related_doc_type: fc.constantFrom(...TYPES),
      doc_id_expression: e,
      value_expression: e,
    }),
    of('indexed_case', { case_expression: e }),
    of('get_case_forms', { case_id_expression: e }),
    of('get_subcases', { case_id_expression: e }),
    of('get_case_sharing_groups', { user_id_expression: e }),
    of('get_reporting_groups', { user_id_expression: e }),
    of('location_type_name', { location_id_expression: e }),
    of('location_parent_id', { location_id_expression: e }),
    of('ancestor_location', { location_id: e, location_type: e, location_property: e }),
  ]
}

const simple: fc.Arbitrary<Spec> = fc.oneof(
  leaf.filter((value) => typeof value !== 'number' || Number.isFinite(value)),
  fc.record({ type: fc.constant('constant'), constant: leaf }),
  fc.record({ type: fc.constant('identity') }),
  fc.record({ type: fc.constant('base_iteration_number') }),
  fc.record({ type: fc.constant('utcnow') }),
  fc.record({ type: fc.constant('named'), name: fc.constant('n') }),
  fc.record({ type: fc.constant('property_name'), property_name: key, datatype }),
  fc.record({
    type: fc.constant('property_path'),
    property_path: fc.array(key, { minLength: 1, maxLength: 3 }),
    datatype,
  }),
  fc.record({ type: fc.constant('jsonpath'), jsonpath: fc.constantFrom(...PATHS), datatype }),
)

const trees = fc.letrec<{ expression: Spec; filter: Spec }>((tie) => ({
  expression: fc.oneof({ maxDepth: 4, withCrossShrink: true }, simple, simple, ...expressionsOf(tie)),
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      type: fc.constant('property_match'),
      property_name: key,
      property_value: leaf,
    }),
    fc.record({
      type: fc.constant('boolean_expression'),
      operator: fc.constantFrom(...OPERATORS),
      expression: tie('expression'),
      property_value: tie('expression'),
    }),
    fc.record({
      type: fc.constantFrom('and', 'or'),
      filters: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('not'), filter: tie('filter') }),
  ),
}))

/** JSON of an expression; `named` ones ask for `n`. */
export const expressions = trees.expression
export const filters = trees.filter

export const transforms: fc.Arbitrary<Spec> = fc.oneof(
  fc.record({ type: fc.constant('custom'), custom_type: fc.constantFrom(...CUSTOM_TRANSFORMS) }),
  fc.record({ type: fc.constant('date_format'), format: fc.constantFrom('%Y-%m', '%d %B %j %U %V', '%') }),
  fc.record({
    type: fc.constant('number_format'),
    format_string: fc.constantFrom('{0:.0f}', '{:,.2f}', '{:e}', '{:g}', '{:>10d}', '{1}', '{', '{:%}'),
  }),
  fc.record({
    type: fc.constant('translation'),
    translations: fc.constant({ a: { en: 'A' }, '5': 'five' }),
  }),
)
