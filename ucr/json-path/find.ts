/** What a JSONPath finds in a value, in document order; at most 10,000 things. */
import type { JsonPathStep, JsonPathTest } from '../tree/json-path.ts'
import { compare, equals } from '../value/compare.ts'
import { fromJson, isDict, isList } from '../value/value.ts'
import type { Value } from '../value/value.ts'

const FOUND_MAX = 10_000
const DEPTH_MAX = 100

function children(value: Value): readonly Value[] {
  if (isList(value)) return value
  return isDict(value) ? Object.values(value).map(fromJson) : []
}

function descend(value: Value, into: Value[], depth: number): void {
  if (into.length >= FOUND_MAX || depth > DEPTH_MAX) return
  into.push(value)
  for (const child of children(value)) descend(child, into, depth + 1)
}

function passes(value: Value, { path, comparison }: JsonPathTest): boolean {
  const found = findJsonPath(path, value)
  if (comparison === null) return found.length > 0
  const { operator, value: wanted } = comparison
  return found.some((candidate) => {
    if (operator === '==' || operator === '!=') return equals(candidate, wanted) === (operator === '==')
    const order = compare(candidate, wanted)
    if (order === undefined) return false
    if (order === 0) return operator === '<=' || operator === '>='
    return order < 0 ? operator.startsWith('<') : operator.startsWith('>')
  })
}

function pick(step: JsonPathStep, value: Value): readonly Value[] {
  switch (step.step) {
    case 'names':
      return isDict(value)
        ? step.names.filter((name) => Object.hasOwn(value, name)).map((name) => fromJson(value[name]))
        : []
    case 'indices':
      return isList(value) ? step.indices.flatMap((index) => value.slice(index).slice(0, 1)) : []
    case 'slice':
      return isList(value) ? value.slice(step.start ?? 0, step.end ?? value.length) : []
    case 'all':
      return children(value)
    case 'descendants': {
      const found: Value[] = []
      descend(value, found, 0)
      return found
    }
    case 'where':
      return children(value).filter((child) => step.tests.every((test) => passes(child, test)))
  }
}

/** All matches. */
export function findJsonPath(path: readonly JsonPathStep[], value: Value): readonly Value[] {
  let found: readonly Value[] = [value]
  for (const step of path) found = found.flatMap((candidate) => pick(step, candidate)).slice(0, FOUND_MAX)
  return found
}

/** Nothing gives null, one match gives itself, several give a list. */
export function findOneOrList(path: readonly JsonPathStep[], value: Value): Value {
  const found = findJsonPath(path, value)
  return found.length > 1 ? found : (found[0] ?? null)
}
