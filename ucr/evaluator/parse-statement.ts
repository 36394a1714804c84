/**
 * Reads the statement of an `evaluator`: arithmetic, comparisons, and/or/not, `x if c else y`, lists, indexing and a fixed set of functions.
 * Nothing is executed here, and what the language lacks (powers, assignments, method calls, lambdas) becomes a node whose value is null,
 * as the server does it: such a configuration is accepted, and the column stays empty.
 * Source: reference §6.4.
 */
import { COMPARISONS, FUNCTIONS } from '../tree/statement.ts'
import type { BinaryOperator, Comparison, FunctionName, Statement } from '../tree/statement.ts'
import { floatOf, integerOf } from '../value/value.ts'
import { createReader, Unreadable } from './reader.ts'
import type { Reader } from './reader.ts'
import { tokenize } from './tokens.ts'

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
])
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else', 'lambda', 'for', 'while', 'import'])

function readNumber(text: string): Statement {
  const digits = text.replaceAll('_', '')
  return { op: 'value', value: /^\d+$/.test(digits) ? integerOf(BigInt(digits)) : floatOf(Number(digits)) }
}

function readItems(reader: Reader, close: string): Statement[] {
  const items: Statement[] = []
  while (!reader.skip(close)) {
    items.push(readTernary(reader))
    if (!reader.skip(',')) {
      reader.expect(close)
      break
    }
  }
  return items
}

function readDict(reader: Reader): Statement {
  const entries: [Statement, Statement][] = []
  while (!reader.skip('}')) {
    const key = readTernary(reader)
    reader.expect(':')
    entries.push([key, readTernary(reader)])
    if (!reader.skip(',')) {
      reader.expect('}')
      break
    }
  }
  return { op: 'dict', entries }
}

function readCall(reader: Reader, name: string): Statement {
  const known = FUNCTIONS.find((candidate): candidate is FunctionName => candidate === name)
  if (known === undefined) throw new Unreadable(`there is no function ${name}`)
  const args: Statement[] = []
  const named: [string, Statement][] = []
  while (!reader.skip(')')) {
    const argument = readTernary(reader)
    if (argument.op === 'name' && reader.skip('=')) named.push([argument.name, readTernary(reader)])
    else args.push(argument)
    if (!reader.skip(',')) {
      reader.expect(')')
      break
    }
  }
  return { op: 'call', name: known, args, named: Object.fromEntries(named) }
}

function readAtom(reader: Reader): Statement {
  const token = reader.next()
  if (token.kind === 'number') return readNumber(token.text)
  if (token.kind === 'text') return { op: 'value', value: token.text }
  if (token.kind === 'name') {
    const constant = CONSTANTS.get(token.text)
    if (constant !== undefined) return { op: 'value', value: constant }
    if (KEYWORDS.has(token.text)) throw new Unreadable(`${token.text} is not expected here`)
    return reader.skip('(') ? readCall(reader, token.text) : { op: 'name', name: token.text }
  }
  if (token.text === '[') return { op: 'list', items: readItems(reader, ']') }
  if (token.text === '{') return readDict(reader)
  if (token.text !== '(') throw new Unreadable(`${token.text} is not expected here`)
  const inner = readTernary(reader)
  if (reader.skip(',')) return { op: 'list', items: [inner, ...readItems(reader, ')')] }
  reader.expect(')')
  return inner
}

function readTrailers(reader: Reader): Statement {
  let value = readAtom(reader)
  for (;;) {
    if (reader.skip('[')) {
      value = { op: 'index', of: value, index: readTernary(reader) }
      reader.expect(']')
    } else if (reader.skip('.')) {
      const token = reader.next()
      if (token.kind !== 'name' || token.text.startsWith('_')) throw new Unreadable('not an attribute')
      value = { op: 'attribute', of: value, name: token.text }
    } else if (reader.skip('(')) throw new Unreadable('method calls are not allowed')
    else if (reader.skip('**')) throw new Unreadable('powers are not allowed')
    else return value
  }
}

function readSigned(reader: Reader): Statement {
  return reader.deeper(() => {
    if (reader.skip('-')) return { op: 'negate', operand: readSigned(reader) }
    if (reader.skip('+')) return { op: 'plus', operand: readSigned(reader) }
    return readTrailers(reader)
  })
}

function readBinary(reader: Reader, operators: readonly BinaryOperator[], read: () => Statement): Statement {
  let left = read()
  for (;;) {
    const operator = operators.find((sign) => reader.skip(sign))
    if (operator === undefined) return left
    left = { op: 'binary', operator, left, right: read() }
  }
}

function readSum(reader: Reader): Statement {
  const readProduct = () => readBinary(reader, ['//', '*', '/', '%'], () => readSigned(reader))
  return readBinary(reader, ['+', '-'], readProduct)
}

function takeComparison(reader: Reader): Comparison | undefined {
  if (reader.skip('not')) {
    reader.expect('in')
    return 'not in'
  }
  if (reader.skip('is')) return reader.skip('not') ? 'is not' : 'is'
  return COMPARISONS.find((comparison) => reader.skip(comparison))
}

function readComparison(reader: Reader): Statement {
  const first = readSum(reader)
  const rest: { comparison: Comparison; operand: Statement }[] = []
  for (let comparison = takeComparison(reader); comparison !== undefined; comparison = takeComparison(reader))
    rest.push({ comparison, operand: readSum(reader) })
  return rest.length === 0 ? first : { op: 'compare', first, rest }
}

function readNot(reader: Reader): Statement {
  return reader.deeper(() =>
    reader.skip('not') ? { op: 'not', operand: readNot(reader) } : readComparison(reader),
  )
}

function readChain(reader: Reader, op: 'and' | 'or', read: () => Statement): Statement {
  const operands = [read()]
  while (reader.skip(op)) operands.push(read())
  const [only] = operands
  return operands.length === 1 && only !== undefined ? only : { op, operands }
}

function readTernary(reader: Reader): Statement {
  return reader.deeper((): Statement => {
    const readOr = () => readChain(reader, 'or', () => readChain(reader, 'and', () => readNot(reader)))
    const yes = readOr()
    if (!reader.skip('if')) return yes
    const test = readOr()
    reader.expect('else')
    return { op: 'if', test, yes, no: readTernary(reader) }
  })
}

/** The statement as a tree; never throws. */
export function parseStatement(statement: string): Statement {
  const tokens = tokenize(statement)
  if (typeof tokens === 'string') return { op: 'invalid', reason: tokens }
  try {
    const reader = createReader(tokens)
    const tree = readTernary(reader)
    return reader.isAtEnd() ? tree : { op: 'invalid', reason: 'something follows the end of the statement' }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { op: 'invalid', reason: error.message }
  }
}
