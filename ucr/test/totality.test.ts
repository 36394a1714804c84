/** No document can throw: random trees on random documents give a value, the same each time, within the bounds of one document. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createInMemoryLookup,
  createInterpreter,
  parseDataSource,
  parseExpression,
  parseFilter,
  parseTransform,
} from '../index.ts'
import type { DictValue, Interpreter, Names, Parsed } from '../contract.ts'
import { STEPS_MAX } from '../interpret/context.ts'
import { toText } from '../value/text.ts'
import { fromJson, kindOf } from '../value/value.ts'
import { documents, expressions, filters, transforms } from './arbitrary.ts'

const RUNS = 500

function unwrap<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.faults.map(({ message }) => message).join('\n'))
  return parsed.value
}

const NAMED = unwrap(parseExpression({ type: 'property_name', property_name: 'a' }))
const NAMES: Names = { expressions: { n: NAMED }, filters: {} }
const named = { expressions: new Map([['n', NAMED]]), filters: new Map() }

function interpreterOver(set: readonly Record<string, unknown>[]): Interpreter {
  return createInterpreter({
    lookup: createInMemoryLookup({ documents: set as DictValue[] }),
    now: () => '2020-02-29T23:59:59.999999Z',
    random: () => 0.25,
    timezone: 'Asia/Kathmandu',
  })
}

describe('no document can throw', () => {
  it('an expression gives a value, and the same one again', () => {
    fc.assert(
      fc.property(expressions, documents, (spec, document) => {
        const tree = unwrap(parseExpression(spec, NAMES))
        const run = () => interpreterOver([document]).evaluate(tree, document, { root: document, named })
        const [first, again] = [run(), run()]
        expect(kindOf(first)).toBeTypeOf('string')
        expect(toText(first)).toBe(toText(again))
      }),
      { numRuns: RUNS },
    )
  })

  it('an expression on an item without a root gives a value', () => {
    fc.assert(
      fc.property(expressions, documents, (spec, document) => {
        const tree = unwrap(parseExpression(spec, NAMES))
        expect(kindOf(interpreterOver([document]).evaluate(tree, document['deep'], { named }))).toBeTypeOf(
          'string',
        )
      }),
      { numRuns: RUNS },
    )
  })

  it('a filter is true or false', () => {
    fc.assert(
      fc.property(filters, documents, (spec, document) => {
        const tree = unwrap(parseFilter(spec, NAMES))
        expect(interpreterOver([document]).test(tree, document, { root: document, named })).toBeTypeOf(
          'boolean',
        )
      }),
      { numRuns: RUNS },
    )
  })

  it('a data source gives rows with a cell for each column', () => {
    fc.assert(
      fc.property(expressions, transforms, filters, documents, (expression, transform, filter, document) => {
        const source = unwrap(
          parseDataSource({
            domain: 'd',
            table_id: 't',
            referenced_doc_type: 'CommCareCase',
            base_item_expression: { type: 'property_name', property_name: 'deep' },
            named_expressions: { n: { type: 'property_name', property_name: 'a' } },
            configured_indicators: [
              { type: 'expression', column_id: 'e', expression, transform, datatype: 'decimal' },
              { type: 'raw', column_id: 'r', property_name: 'a', datatype: 'datetime' },
              {
                type: 'choice_list',
                column_id: 'c',
                property_name: 'a',
                choices: ['5', 1],
                select_style: 'multiple',
              },
              { type: 'boolean', column_id: 'f', filter },
            ],
          }),
        )
        const { rows, matches } = interpreterOver([document]).rows(source, document as DictValue)
        expect(matches).toBe(true)
        const ids = source.columns.map(({ id }) => id).sort()
        for (const row of rows) expect(Object.keys(row).sort()).toEqual(ids)
      }),
      { numRuns: RUNS / 2 },
    )
  })

  it('a transform gives a value', () => {
    fc.assert(
      fc.property(transforms, documents, (spec, document) => {
        const tree = unwrap(parseTransform(spec))
        for (const value of Object.values(document))
          expect(kindOf(interpreterOver([]).transform(tree, fromJson(value), 'd'))).toBeTypeOf('string')
      }),
      { numRuns: RUNS / 2 },
    )
  })

  it('any JSON at all is read or refused with faults', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const parsed = [parseExpression(json), parseFilter(json), parseDataSource(json)]
        expect(parsed.every((each) => each.ok || each.faults.length > 0)).toBe(true)
      }),
      { numRuns: RUNS / 4 },
    )
  })
})

describe('the bounds of one document', () => {
  it('a tree that would take forever is cut, and says so', () => {
    const doubling = Array.from({ length: 40 }, (_, index) => [
      `n${index}`,
      {
        type: 'iterator',
        expressions: [index, index].map(() => ({
          type: 'nested',
          argument_expression: { type: 'iterator', expressions: [{ type: 'identity' }] },
          value_expression: index === 0 ? 1 : { type: 'named', name: `n${index - 1}` },
        })),
      },
    ])
    const source = unwrap(
      parseDataSource({
        domain: 'd',
        table_id: 't',
        referenced_doc_type: 'CommCareCase',
        named_expressions: Object.fromEntries(doubling),
        configured_indicators: [
          {
            type: 'expression',
            column_id: 'e',
            datatype: 'integer',
            expression: { type: 'named', name: 'n39' },
          },
        ],
      }),
    )
    const found = interpreterOver([]).rows(source, { domain: 'd', doc_type: 'CommCareCase' })
    expect(found.isCut).toBe(true)
    expect(STEPS_MAX).toBeLessThan(2 ** 40)
  })

  it('a name that leads back to itself through a statement is refused', () => {
    const parsed = parseDataSource({
      domain: 'd',
      table_id: 't',
      referenced_doc_type: 'CommCareCase',
      named_expressions: { a: { type: 'evaluator', statement: "named('a')", context_variables: {} } },
    })
    expect(parsed.ok).toBe(false)
  })

  it('a name computed inside a statement cannot recurse without end', () => {
    const source = unwrap(
      parseDataSource({
        domain: 'd',
        table_id: 't',
        referenced_doc_type: 'CommCareCase',
        named_expressions: {
          a: { type: 'evaluator', statement: "named('' + x)", context_variables: { x: 'a' } },
        },
        configured_indicators: [
          { type: 'expression', column_id: 'e', expression: { type: 'named', name: 'a' } },
        ],
      }),
    )
    const { rows, isCut } = interpreterOver([]).rows(source, { domain: 'd', doc_type: 'CommCareCase' })
    expect(rows[0]?.['e']).toBeNull()
    expect(isCut).toBe(true)
  })

  it('a configuration that is too deep is refused', () => {
    const deep = Array.from({ length: 400 }).reduce<unknown>(
      (inner) => ({ type: 'root_doc', expression: inner }),
      1,
    )
    const parsed = parseExpression(deep)
    expect(parsed.ok ? [] : parsed.faults.map(({ code }) => code)).toEqual(['UCR_SPEC_TOO_LARGE'])
  })

  it('a document nested a thousand deep is read', () => {
    const deep = Array.from({ length: 1_000 }).reduce<unknown>((inner) => ({ a: inner, b: [inner === 1] }), 1)
    const tree = unwrap(
      parseExpression({
        type: 'conditional',
        test: {
          type: 'boolean_expression',
          operator: 'eq',
          expression: { type: 'identity' },
          property_value: { type: 'identity' },
        },
        expression_if_true: { type: 'jsonpath', jsonpath: '$..a', datatype: 'string' },
        expression_if_false: 'x',
      }),
    )
    expect(interpreterOver([]).evaluate(tree, deep)).toBeTypeOf('string')
  })
})
