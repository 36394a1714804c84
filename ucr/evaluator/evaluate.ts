/**
 * The value of a statement. Anything without a meaning in it (a name that is not given, text minus number, division by zero) makes all of
 * it null; only what is reached counts, so `a if a else b` never looks at `b`.
 * Source: reference §6.4.
 */
import type { Comparison, Statement } from '../tree/statement.ts'
import { toInteger } from '../value/cast.ts'
import { toCivil } from '../value/calendar.ts'
import { compare, equals } from '../value/compare.ts'
import { isDate, isDateTime, isDict, isList, isTruthy, kindOf, member } from '../value/value.ts'
import type { DurationValue, Value } from '../value/value.ts'
import { FAILED, negate, operate } from './arithmetic.ts'
import type { Result } from './arithmetic.ts'
import { CALLS } from './functions.ts'
import type { StatementScope } from './functions.ts'

function contains(container: Value, item: Value): Result {
  if (isList(container)) return container.some((other) => equals(item, other))
  if (typeof container === 'string') return typeof item === 'string' ? container.includes(item) : FAILED
  return isDict(container) ? typeof item === 'string' && Object.hasOwn(container, item) : FAILED
}

function isSame(a: Value, b: Value): boolean {
  return kindOf(a) === kindOf(b) && equals(a, b)
}

function compareBy(comparison: Comparison, a: Value, b: Value): Result {
  switch (comparison) {
    case '==':
      return equals(a, b)
    case '!=':
      return !equals(a, b)
    case 'is':
      return isSame(a, b)
    case 'is not':
      return !isSame(a, b)
    case 'in':
      return contains(b, a)
    case 'not in': {
      const found = contains(b, a)
      return found === FAILED ? FAILED : found !== true
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const order = compare(a, b)
      if (order === undefined) return FAILED
      return order === 0 ? comparison.endsWith('=') : order < 0 === comparison.startsWith('<')
    }
  }
}

function elementAt(of: Value, index: Value): Result {
  if (isDict(of)) return typeof index === 'string' && Object.hasOwn(of, index) ? member(of, index) : FAILED
  const at = ['integer', 'boolean'].includes(kindOf(index)) ? Number(toInteger(index)) : Number.NaN
  const items = typeof of === 'string' ? [...of] : isList(of) ? of : []
  return items.at(at < -items.length || Number.isNaN(at) ? items.length : at) ?? FAILED
}

function attributeOf(of: Value, name: string): Result {
  if (isDict(of)) return Object.hasOwn(of, name) ? member(of, name) : FAILED
  if (isDate(of) || isDateTime(of)) {
    const civil: Readonly<Record<string, number>> = { ...toCivil(of.days) }
    const second = isDateTime(of) ? Math.floor(of.micros / 1_000_000) : undefined
    const clock: Readonly<Record<string, number>> =
      second === undefined || !isDateTime(of)
        ? {}
        : {
            hour: Math.floor(second / 3600),
            minute: Math.floor(second / 60) % 60,
            second: second % 60,
            microsecond: of.micros % 1_000_000,
          }
    return civil[name] ?? clock[name] ?? FAILED
  }
  if (kindOf(of) !== 'duration') return FAILED
  const { days, micros } = of as DurationValue
  const parts = { days, seconds: Math.floor(micros / 1_000_000), microseconds: micros % 1_000_000 }
  return new Map(Object.entries(parts)).get(name) ?? FAILED
}

function all(statements: readonly Statement[], scope: StatementScope): readonly Value[] | typeof FAILED {
  const values: Value[] = []
  for (const statement of statements) {
    const value = run(statement, scope)
    if (value === FAILED) return FAILED
    values.push(value)
  }
  return values
}

function runChain(node: Extract<Statement, { op: 'and' | 'or' }>, scope: StatementScope): Result {
  let last: Result = null
  for (const operand of node.operands) {
    last = run(operand, scope)
    if (last === FAILED || isTruthy(last) === (node.op === 'or')) return last
  }
  return last
}

function runCompare(node: Extract<Statement, { op: 'compare' }>, scope: StatementScope): Result {
  let left = run(node.first, scope)
  let result: Result = true
  for (const { comparison, operand } of node.rest) {
    const right = run(operand, scope)
    if (left === FAILED || right === FAILED) return FAILED
    result = compareBy(comparison, left, right)
    if (result !== true) return result
    left = right
  }
  return result
}

function runDict(node: Extract<Statement, { op: 'dict' }>, scope: StatementScope): Result {
  const keys = all(
    node.entries.map(([key]) => key),
    scope,
  )
  const values = all(
    node.entries.map(([, value]) => value),
    scope,
  )
  if (keys === FAILED || values === FAILED || !keys.every((key) => typeof key === 'string')) return FAILED
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null]))
}

function runCall(node: Extract<Statement, { op: 'call' }>, scope: StatementScope): Result {
  const args = all(node.args, scope)
  const named = all(Object.values(node.named), scope)
  if (args === FAILED || named === FAILED) return FAILED
  const keys = Object.keys(node.named)
  return CALLS[node.name](args, scope, Object.fromEntries(named.map((value, index) => [keys[index], value])))
}

/** Applies `then` to what two statements give, unless one of them has no meaning. */
function both(
  a: Statement,
  b: Statement,
  scope: StatementScope,
  then: (x: Value, y: Value) => Result,
): Result {
  const left = run(a, scope)
  const right = left === FAILED ? FAILED : run(b, scope)
  return left === FAILED || right === FAILED ? FAILED : then(left, right)
}

function one(a: Statement, scope: StatementScope, then: (x: Value) => Result): Result {
  const value = run(a, scope)
  return value === FAILED ? FAILED : then(value)
}

function runName(name: string, scope: StatementScope): Result {
  if (Object.hasOwn(scope.names, name)) return member(scope.names, name)
  return name === 'today' ? scope.today() : FAILED
}

function run(node: Statement, scope: StatementScope): Result {
  switch (node.op) {
    case 'value':
      return node.value
    case 'name':
      return runName(node.name, scope)
    case 'list':
      return all(node.items, scope)
    case 'dict':
      return runDict(node, scope)
    case 'negate':
      return one(node.operand, scope, negate)
    case 'plus':
      return one(node.operand, scope, (value) => operate('*', value, 1))
    case 'not':
      return one(node.operand, scope, (value) => !isTruthy(value))
    case 'binary':
      return both(node.left, node.right, scope, (x, y) => operate(node.operator, x, y))
    case 'and':
    case 'or':
      return runChain(node, scope)
    case 'compare':
      return runCompare(node, scope)
    case 'if':
      return one(node.test, scope, (test) => run(isTruthy(test) ? node.yes : node.no, scope))
    case 'index':
      return both(node.of, node.index, scope, elementAt)
    case 'attribute':
      return one(node.of, scope, (of) => attributeOf(of, node.name))
    case 'call':
      return runCall(node, scope)
    case 'invalid':
      return FAILED
  }
}

/** Null where the statement has no meaning. A duration as a variable has none: the server allows none. */
export function evaluateStatement(statement: Statement, scope: StatementScope): Value {
  if (Object.values(scope.names).some((value) => kindOf(value) === 'duration')) return null
  const result = run(statement, scope)
  return result === FAILED ? null : result
}
