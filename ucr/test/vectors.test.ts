/** Every vector of the shared file. Where the file is missing the suite says so and is skipped. */
import { describe, expect, it } from 'vitest'
import { cutName, tableName } from '../compat/names.ts'
import { columnsOf } from '../indicator/columns.ts'
import {
  createInterpreter,
  createInMemoryLookup,
  parseDataSource,
  parseExpression,
  parseFilter,
} from '../index.ts'
import { parseIndicator, parseNames, parseTransform } from '../index.ts'
import type { DataSource, Indicator, Interpreter, Names, Parsed } from '../contract.ts'
import { fromJson, isDict, member } from '../value/value.ts'
import type { DictValue, Value } from '../value/value.ts'
import { decode, isExpected, readVectors } from './vectors.ts'
import type { Vector } from './vectors.ts'

const vectors = readVectors()

const field = (value: Value, key: string): string => (isDict(value) ? String(member(value, key)) : '')

function interpreterFor(vector: Vector): Interpreter {
  const caseId = field(decode(vector['root_doc'] ?? vector['doc']), '_id')
  const section = field(decode(vector.spec), 'ledger_section')
  return createInterpreter({
    lookup: createInMemoryLookup({
      documents: (vector.db ?? []).map((document) => decode(document) as DictValue),
      balances: { [caseId]: { [section]: vector.ledger ?? {} } },
    }),
    now: () => vector.now ?? '2020-05-01T00:00:00.000000Z',
    random: () => 0.5,
    language: vector.language ?? 'en',
  })
}

function unwrap<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.faults.map(({ message }) => message).join('\n'))
  return parsed.value
}

function namesOf(vector: Vector): Names {
  const { expressions = {}, filters = {} } = vector.named ?? {}
  return unwrap(parseNames({ named_expressions: expressions, named_filters: filters }))
}

const PARSERS: Readonly<Record<string, (raw: unknown, names: Names) => Parsed<unknown>>> = {
  expression: parseExpression,
  filter: parseFilter,
  indicator: parseIndicator,
  transform: parseTransform,
  data_source: parseDataSource,
}

/** An indicator needs a data source around it to give values. */
function sourceWith(indicator: unknown): DataSource {
  return unwrap(
    parseDataSource({
      domain: 'd',
      table_id: 't',
      referenced_doc_type: 'CommCareCase',
      configured_indicators: [indicator],
    }),
  )
}

function valuesOfIndicator(vector: Vector): Value {
  const document = decode(vector['root_doc'] ?? vector['doc']) as DictValue
  const source = { ...sourceWith(vector.spec), domain: String(member(document, 'domain')) }
  const item = { ...document, domain: source.domain, doc_type: 'CommCareCase' }
  const [row = {}] = interpreterFor(vector).rows(source, item).rows
  const { doc_id: _, inserted_at: __, ...values } = row
  return values
}

function resultOfSource(vector: Vector): Value {
  const source = unwrap(parseDataSource(vector.spec))
  const interpreter = interpreterFor(vector)
  const document = decode(vector['doc']) as DictValue
  if (vector.op === 'columns') return fromJson(source.columns)
  if (vector.op === 'filter') return interpreter.matches(source, document)
  if (vector.op === 'rows') return interpreter.rows(source, document).rows
  return interpreter.validate(source, document)[0]?.error_message ?? null
}

function resultOf(vector: Vector): Value {
  const spec = decode(vector.spec)
  const root = 'root_doc' in vector ? decode(vector['root_doc']) : null
  const scope = { root, iteration: vector.iteration ?? 0 }
  const item = decode(vector['doc'])
  const interpreter = interpreterFor(vector)
  switch (vector.kind) {
    case 'expression': {
      const names = namesOf(vector)
      const named = {
        expressions: new Map(Object.entries(names.expressions)),
        filters: new Map(Object.entries(names.filters)),
      }
      return interpreter.evaluate(unwrap(parseExpression(spec, names)), item, { ...scope, named })
    }
    case 'filter':
      return interpreter.test(unwrap(parseFilter(spec, namesOf(vector))), item, scope)
    case 'indicator':
      return vector.op === 'columns'
        ? fromJson(columnsOf(unwrap(parseIndicator(spec)) as Indicator))
        : valuesOfIndicator(vector)
    case 'transform':
      return interpreter.transform(unwrap(parseTransform(spec)), item)
    case 'data_source':
      return resultOfSource(vector)
    case 'table_name': {
      const { domain, table_id } = spec as Record<string, string>
      return tableName(domain ?? '', table_id ?? '')
    }
    case 'truncate_value': {
      const { value, max_length, from_left } = spec as Record<string, Value>
      return cutName(String(value), { maxLength: Number(max_length), fromLeft: from_left === true })
    }
    default:
      throw new Error(`no such kind: ${vector.kind}`)
  }
}

/** Whether the vector holds: refused where it says so, else its result. */
function holds(vector: Vector): boolean {
  if (vector.op === 'build') {
    const parsed = PARSERS[vector.kind]?.(decode(vector.spec), namesOf(vector))
    return parsed?.ok === (vector.expect_error !== true)
  }
  const result = resultOf(vector)
  if (vector.op === 'validate_document' && vector.expect_error === true)
    return result === (vector.error ?? result)
  return isExpected(vector, result)
}

describe.skipIf(vectors === null)('vectors of the open-source server', () => {
  it.each(
    (vectors ?? []).map((vector, index) => [`${index} ${vector.suite}: ${vector.name}`, vector] as const),
  )('%s', (_, vector) => {
    expect(holds(vector)).toBe(true)
  })
})

if (vectors === null)
  process.stderr.write('ucr: ../shared/data/ucr-vectors.json is not there; 256 vectors are NOT run.\n')
