/** The functions of a statement; there are no others. A wrong number or kind of arguments makes the statement null. */
import { findJsonPath, findOneOrList } from '../json-path/find.ts'
import { parseJsonPath } from '../json-path/parse.ts'
import type { FunctionName } from '../tree/statement.ts'
import { toInteger } from '../value/cast.ts'
import { toDouble } from '../value/float.ts'
import { toText } from '../value/text.ts'
import { floatOf, isDict, isList, isTruthy, kindOf } from '../value/value.ts'
import type { DictValue, DurationValue, Value } from '../value/value.ts'
import { FAILED, secondsOf } from './arithmetic.ts'
import type { Result } from './arithmetic.ts'
import { round } from './round.ts'

/** What a statement may ask of the evaluation around it. */
export interface StatementScope {
  /** The context variables. */
  readonly names: DictValue
  readonly root: () => Value
  readonly today: () => Value
  /** 0 ≤ x < 1. */
  readonly random: () => number
  /** A named expression on a value; null where there is none of that name. */
  readonly namedValue: (name: string, on: Value) => Value
}

type Named = Readonly<Record<string, Value>>
type Call = (args: readonly Value[], scope: StatementScope, named: Named) => Result

const RANGE_MAX = 100

const isWhole = (value: Value): boolean => ['integer', 'boolean'].includes(kindOf(value))

function range(args: readonly Value[]): Result {
  if (args.length < 1 || args.length > 3 || !args.every(isWhole)) return FAILED
  const [start, end, step] = args.map(Number) as [number, number?, number?]
  const [from, to, by] = end === undefined ? [0, start, 1] : [start, end, step ?? 1]
  if (by === 0) return FAILED
  const length = Math.max(0, Math.ceil((to - from) / by))
  return length < RANGE_MAX ? Array.from({ length }, (_, index) => from + index * by) : null
}

function toFloatOrFail(value: Value): Result {
  const double = toDouble(value)
  return double === null ? FAILED : floatOf(double)
}

function jsonpath(args: readonly Value[], scope: StatementScope, named: Named): Result {
  const [path, second = null, third = null] = args
  const steps = typeof path === 'string' ? parseJsonPath(path) : null
  if (steps === null) return FAILED
  const isPlace = isDict(second) || isList(second)
  const asList = isTruthy(named['as_list'] ?? (isPlace ? false : second))
  const given = named['context'] ?? (isPlace ? second : third)
  const on = isTruthy(given) ? given : scope.names
  return asList ? findJsonPath(steps, on) : findOneOrList(steps, on)
}

function namedValue(args: readonly Value[], scope: StatementScope, named: Named): Result {
  const [name, context = named['context'] ?? null] = args
  if (typeof name !== 'string') return FAILED
  return scope.namedValue(name, isTruthy(context) ? context : scope.names)
}

/** Wraps a function of exactly one argument. */
const ofOne =
  (call: (value: Value) => Result): Call =>
  ([value, ...more]) =>
    value === undefined || more.length > 0 ? FAILED : call(value)

const isDuration = (value: Value): value is DurationValue => kindOf(value) === 'duration'

export const CALLS: Readonly<Record<FunctionName, Call>> = {
  rand: (_, scope) => floatOf(scope.random()),
  randint: ([top], scope) => {
    const limit = top === undefined ? null : toInteger(top)
    return limit === null ? FAILED : Math.floor(scope.random() * Number(limit))
  },
  int: ofOne((value) => {
    // int("5.8") fails where the integer cast would cut.
    const isFraction = typeof value === 'string' && !/^\s*[+-]?[\d_]+\s*$/.test(value)
    return isFraction ? FAILED : (toInteger(value) ?? FAILED)
  }),
  float: ofOne(toFloatOrFail),
  str: ofOne((value) => toText(value)),
  timedelta_to_seconds: ofOne((value) => (isDuration(value) ? secondsOf(value) : null)),
  range: (args) => range(args),
  today: (args, scope) => (args.length === 0 ? scope.today() : FAILED),
  days: ofOne((value) => (isDuration(value) ? value.days : FAILED)),
  round: ([value, digits = null], _, named) =>
    value === undefined ? FAILED : round(value, named['ndigits'] ?? digits),
  context: (args, scope) => (args.length === 0 ? scope.names : FAILED),
  root_context: (args, scope) => (args.length === 0 ? scope.root() : FAILED),
  jsonpath,
  named: namedValue,
}
