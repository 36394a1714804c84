/**
 * Reads a JSONPath: `$.a.b`, `a[0]`, `a[*].b`, `$..b`, `['a','b']`, `[1:3]`, `[?(@.a > 1 & @.b == 'x')]`.
 * Source: reference §6.3, `jsonpath` of newer servers. Differs: no functions, no parent, no arithmetic.
 */
import { JSON_PATH_COMPARISONS } from '../tree/json-path.ts'
import type { JsonPathStep, JsonPathTest } from '../tree/json-path.ts'
import type { Value } from '../value/value.ts'

const LENGTH_MAX = 1_000
const NAME = /[\p{L}_$@][\p{L}\p{N}_@#-]*/uy
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y
const INTEGER = /-?\d+/y
const LITERAL = /-?\d+(?:\.\d+)?|true|false|null|None|True|False/y

interface Reader {
  readonly take: (pattern: RegExp) => string | undefined
  readonly skip: (text: string) => boolean
  readonly isAtEnd: () => boolean
}

function createReader(text: string): Reader {
  let at = 0
  const space = (): void => {
    while (text[at] === ' ') at += 1
  }
  return {
    take: (pattern) => {
      space()
      pattern.lastIndex = at
      const found = pattern.exec(text)?.[0]
      if (found !== undefined) at += found.length
      return found
    },
    skip: (sign) => {
      space()
      if (!text.startsWith(sign, at)) return false
      at += sign.length
      return true
    },
    isAtEnd: () => {
      space()
      return at >= text.length
    },
  }
}

const unquote = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/g, '$1')

function readLiteral(reader: Reader): Value | undefined {
  const quoted = reader.take(QUOTED)
  if (quoted !== undefined) return unquote(quoted)
  const literal = reader.take(LITERAL)
  if (literal === undefined) return undefined
  const word = literal.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  return word === 'null' || word === 'none' ? null : Number(literal)
}

function readTest(reader: Reader): JsonPathTest | null {
  reader.skip('@')
  const path = readSteps(reader)
  if (path === null) return null
  const sign = ['==', ...JSON_PATH_COMPARISONS, '='].find((candidate) => reader.skip(candidate))
  if (sign === undefined) return { path, comparison: null }
  const value = readLiteral(reader)
  const operator = JSON_PATH_COMPARISONS.find((candidate) => candidate === (sign === '=' ? '==' : sign))
  return value === undefined || operator === undefined ? null : { path, comparison: { operator, value } }
}

function readWhere(reader: Reader): JsonPathStep | null {
  const inParentheses = reader.skip('(')
  const tests: JsonPathTest[] = []
  do {
    const test = readTest(reader)
    if (test === null) return null
    tests.push(test)
  } while (reader.skip('&&') || reader.skip('&'))
  if (inParentheses && !reader.skip(')')) return null
  return { step: 'where', tests }
}

function readNumbers(reader: Reader): JsonPathStep | null {
  const first = reader.take(INTEGER)
  if (reader.skip(':')) {
    const end = reader.take(INTEGER)
    return {
      step: 'slice',
      start: first === undefined ? null : Number(first),
      end: end === undefined ? null : Number(end),
    }
  }
  if (first === undefined) return null
  const indices = [Number(first)]
  while (reader.skip(',')) {
    const index = reader.take(INTEGER)
    if (index === undefined) return null
    indices.push(Number(index))
  }
  return { step: 'indices', indices }
}

function readBracket(reader: Reader): JsonPathStep | null {
  if (reader.skip('*')) return { step: 'all' }
  if (reader.skip('?')) return readWhere(reader)
  const quoted = reader.take(QUOTED)
  if (quoted === undefined) return readNumbers(reader)
  const names = [unquote(quoted)]
  while (reader.skip(',')) {
    const name = reader.take(QUOTED)
    if (name === undefined) return null
    names.push(unquote(name))
  }
  return { step: 'names', names }
}

/** What stands in brackets, with the closing one. */
function readClosed(reader: Reader): JsonPathStep | null {
  const step = readBracket(reader)
  return reader.skip(']') ? step : null
}

function readName(reader: Reader): JsonPathStep | null {
  if (reader.skip('*')) return { step: 'all' }
  const quoted = reader.take(QUOTED)
  const name = quoted === undefined ? reader.take(NAME) : unquote(quoted)
  return name === undefined ? null : { step: 'names', names: [name] }
}

function readSteps(reader: Reader): readonly JsonPathStep[] | null {
  const steps: JsonPathStep[] = []
  for (let isFirst = true; ; isFirst = false) {
    let step: JsonPathStep | null = null
    if (reader.skip('..')) {
      steps.push({ step: 'descendants' })
      step = reader.skip('[') ? readClosed(reader) : readName(reader)
    } else if (reader.skip('[')) {
      step = readClosed(reader)
    } else if (reader.skip('.')) step = readName(reader)
    else {
      step = isFirst ? readName(reader) : null
      if (step === null) return steps
    }
    if (step === null) return null
    steps.push(step)
  }
}

/** The steps of a path, or null when it cannot be read. */
export function parseJsonPath(text: string): readonly JsonPathStep[] | null {
  if (text.length > LENGTH_MAX) return null
  const reader = createReader(text)
  if (reader.skip('$')) {
    if (reader.isAtEnd()) return []
  }
  const steps = readSteps(reader)
  return steps !== null && steps.length > 0 && reader.isAtEnd() ? steps : null
}
