/**
 * From the parameters of a request to the conditions of the query. Values are typed by the column they are compared with, never spliced.
 * Source: reference §6.14.
 */
import { createFault } from '../parse/fault.ts'
import type { Fault, Parsed } from '../parse/fault.ts'
import { refused } from '../parse/read.ts'
import { filterValueInvalid } from '../problems.ts'
import type { DataSource } from '../tree/data-source.ts'
import type { Report } from '../tree/report.ts'
import { DYNAMIC_DATES, NUMERIC_OPERATORS } from '../tree/report-filter.ts'
import type {
  DateFilter,
  NumericFilter,
  NumericOperator,
  PreFilter,
  QuarterFilter,
  ReportFilter,
} from '../tree/report-filter.ts'
import { MICROS_A_DAY, formatDay, toDays } from '../value/calendar.ts'
import { cast, toDateTime } from '../value/cast.ts'
import type { Datatype } from '../value/cast.ts'
import { readDay } from '../value/dates.ts'
import { readFloat, readInteger } from '../value/numbers.ts'
import { dateOf, datetimeOf, floatOf, integerOf, isDict, isList, member } from '../value/value.ts'
import type { DateValue, Value } from '../value/value.ts'
import { readChoice, readDrilldown, readDynamicChoice, valuesOf } from './choice-values.ts'
import type { Params, Places } from './choice-values.ts'
import type { Clause } from './clause.ts'
import { spanOf } from './dynamic-dates.ts'

export interface FilterContext {
  /** The reader's day: dynamic dates count from it. */
  readonly today: DateValue
  readonly places: Places
}

interface Reading extends FilterContext {
  readonly params: Params
  /** The datatype of the column behind a field. */
  readonly datatypeOf: (field: string) => Datatype | null
}

type Read = readonly Clause[] | Fault

/** What a person typed is not repeated: it may be anything. */
const wrong = (slug: string, allowed: string): Fault =>
  createFault([slug], { kind: filterValueInvalid, found: 'something else', allowed })

const first = (params: Params, slug: string): string => valuesOf(params, slug)[0] ?? ''

/** The beginning or end of a day, as the column holds it: the last microsecond counts in for datetimes. */
function edgeOf(day: DateValue | null, datatype: Datatype | null, isEnd: boolean): Value {
  if (day === null) return null
  if (datatype === 'datetime') return datetimeOf(day.days, isEnd ? MICROS_A_DAY - 1 : 0)
  return datatype === 'string' ? formatDay(day.days) : day
}

function rangeOf(
  field: string,
  [from, to]: readonly [DateValue | null, DateValue | null],
  datatype: Datatype | null,
): readonly Clause[] {
  if (from === null && to === null) return []
  return [
    {
      op: 'range',
      field,
      from: edgeOf(from, datatype, false),
      to: edgeOf(to, datatype, true),
      includesTo: true,
    },
  ]
}

function readDate(filter: DateFilter, { params, datatypeOf }: Reading): Read {
  const given = isDict(filter.default) ? filter.default : {}
  const read = (key: 'start' | 'end'): readonly [string, DateValue | null] => {
    const value = first(params, `${filter.slug}-${key}`)
    if (value !== '') return [value, readDay(value)]
    return ['', cast(member(given, key), 'date') as DateValue | null]
  }
  const [start, end] = [read('start'), read('end')]
  const bad = [start, end].find(([text, day]) => text !== '' && day === null)
  if (bad !== undefined) return wrong(filter.slug, 'a day like 2026-03-01, or empty')
  return rangeOf(
    filter.field,
    [start[1], end[1]],
    filter.compare_as_string ? 'string' : datatypeOf(filter.field),
  )
}

/** From the first day of a quarter up to, not including, the first of the next. */
function readQuarter(filter: QuarterFilter, { params, datatypeOf, today }: Reading): Read {
  const year = first(params, `${filter.slug}-year`)
  const quarter = first(params, `${filter.slug}-quarter`)
  if (quarter === '' && year === '') return []
  if (quarter === '_all' || year === '_all') {
    if (filter.show_all) return []
    return wrong(filter.slug, `a year and a quarter, like ${formatDay(today.days).slice(0, 4)} and 1`)
  }
  const [y, q] = [readInteger(year), readInteger(quarter)].map(Number) as [number, number]
  if (!/^\d{4}$/.test(year) || !/^[1-4]$/.test(quarter) || y < 1 || y > 9998)
    return wrong(filter.slug, 'a year of four digits and a quarter from 1 to 4')
  const datatype = datatypeOf(filter.field)
  const start = (index: number): Value =>
    edgeOf(
      dateOf(toDays({ year: y + Math.floor(index / 4), month: (index % 4) * 3 + 1, day: 1 })),
      datatype,
      false,
    )
  return [{ op: 'range', field: filter.field, from: start(q - 1), to: start(q), includesTo: false }]
}

/** `distinct from` knows null; the others are comparisons. */
function compareClause(field: string, operator: NumericOperator, value: Value): Clause {
  return operator === 'distinct from'
    ? { op: 'distinct_from', field, value }
    : { op: 'compare', field, operator, value }
}

function readNumeric(filter: NumericFilter, { params }: Reading): Read {
  const given = isDict(filter.default) ? filter.default : {}
  const operand = first(params, `${filter.slug}-operand`) || String(member(given, 'operand') ?? '')
  const sign = first(params, `${filter.slug}-operator`) || String(member(given, 'operator') ?? '=')
  if (operand === '') return []
  const operator = NUMERIC_OPERATORS.find((candidate) => candidate === sign)
  if (operator === undefined) return wrong(filter.slug, `compared with ${NUMERIC_OPERATORS.join(' ')}`)
  const [whole, float] = [readInteger(operand), readFloat(operand)]
  if (float === null || !Number.isFinite(float)) return wrong(filter.slug, 'a number')
  return [compareClause(filter.field, operator, whole === null ? floatOf(float) : integerOf(whole))]
}

function readPre(filter: PreFilter, { datatypeOf, today }: Reading): Read {
  const { field, pre_operator: operator, pre_value: value, datatype } = filter
  const dynamic = DYNAMIC_DATES.find((slug) => slug === operator)
  if (dynamic !== undefined)
    return rangeOf(field, spanOf(dynamic, isList(value) ? value : [], today), datatypeOf(field))
  if (value === null)
    return [{ op: 'is_null', field, isNull: operator === null || operator === '=' || operator === 'is' }]
  // What the configuration says is a date stays one; the rest takes the filter's datatype.
  const typed = (each: Value): Value =>
    toDateTime(each) !== null && typeof each !== 'string' ? each : cast(each, datatype)
  if (isList(value)) {
    const values = value.map(typed)
    if (operator !== 'between') return [{ op: 'in', fields: [field], values, orNull: false }]
    return [{ op: 'range', field, from: values[0] ?? null, to: values[1] ?? null, includesTo: true }]
  }
  const sign = NUMERIC_OPERATORS.find((candidate) => candidate === operator) ?? '='
  return [compareClause(field, sign, typed(value))]
}

function readOne(filter: ReportFilter, reading: Reading): Read {
  const { params, places } = reading
  switch (filter.type) {
    case 'date':
      return readDate(filter, reading)
    case 'quarter':
      return readQuarter(filter, reading)
    case 'numeric':
      return readNumeric(filter, reading)
    case 'pre':
      return readPre(filter, reading)
    case 'choice_list':
      return readChoice(filter, params)
    case 'dynamic_choice_list':
    case 'multi_field_dynamic_choice_list':
      return readDynamicChoice(filter, params, places)
    case 'location_drilldown':
      return readDrilldown(filter, params, places)
  }
}

/** Text compared with a number, a date or an instant is read as one, as the server's database does; what cannot be read stays text. */
function fitClause(clause: Clause, datatypeOf: Reading['datatypeOf']): Clause {
  const fit = (field: string, value: Value): Value => {
    const datatype = datatypeOf(field)
    if (typeof value !== 'string' || datatype === 'string' || datatype === 'array') return value
    return cast(value, datatype) ?? value
  }
  switch (clause.op) {
    case 'compare':
    case 'distinct_from':
      return { ...clause, value: fit(clause.field, clause.value) }
    case 'range':
      return { ...clause, from: fit(clause.field, clause.from), to: fit(clause.field, clause.to) }
    case 'in':
      return { ...clause, values: clause.values.map((value) => fit(clause.fields[0] ?? '', value)) }
    case 'is_null':
    case 'nothing':
      return clause
  }
}

const isClauses = (read: Read): read is readonly Clause[] => Array.isArray(read)

/**
 * The conditions that a request sets, all of which must hold, or everything that is wrong with its parameters.
 * @param params as in the query: `<slug>`, `<slug>-start`, `<slug>-end`, `<slug>-operator`, `<slug>-operand`, `<slug>-year`, `<slug>-quarter`.
 * Source: reference §6.14.
 */
export function readFilterValues(
  report: Report,
  source: DataSource,
  params: Params,
  context: FilterContext,
): Parsed<readonly Clause[]> {
  const reading: Reading = {
    ...context,
    params,
    datatypeOf: (field) => source.columns.find(({ id }) => id === field)?.datatype ?? null,
  }
  const read = report.filters.map((filter): Read => {
    const found = readOne(filter, reading)
    // Dates are typed already, and some of them are meant to be compared as text.
    if (!isClauses(found) || filter.type === 'date') return found
    return found.map((clause) => fitClause(clause, reading.datatypeOf))
  })
  const faults = read.filter((each): each is Fault => !isClauses(each))
  if (faults.length > 0) return refused(faults)
  return { ok: true, value: read.filter(isClauses).flat(), warnings: [] }
}
