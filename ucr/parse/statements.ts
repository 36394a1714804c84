/** Statements that cannot be read: accepted, because the server accepts them, but told, because their value is always null. */
import { statementInvalid } from '../problems.ts'
import { createFault } from './fault.ts'
import type { Fault, Path } from './fault.ts'

/** The first part of a statement that has no meaning, or null. */
function invalidReason(statement: unknown): string | null {
  if (typeof statement !== 'object' || statement === null) return null
  if ('op' in statement && statement.op === 'invalid' && 'reason' in statement)
    return String(statement.reason)
  for (const part of Object.values(statement)) {
    const reason = invalidReason(part)
    if (reason !== null) return reason
  }
  return null
}

/** One warning a statement, anywhere in a tree. */
export function findInvalidStatements(tree: unknown, path: Path = []): readonly Fault[] {
  if (typeof tree !== 'object' || tree === null) return []
  if (Array.isArray(tree)) return tree.flatMap((item, index) => findInvalidStatements(item, [...path, index]))
  const isEvaluator = 'type' in tree && tree.type === 'evaluator' && 'statement' in tree
  const reason = isEvaluator ? invalidReason(tree.statement) : null
  const own =
    reason === null
      ? []
      : [
          createFault([...path, 'statement'], {
            kind: statementInvalid,
            found: reason,
            allowed:
              'numbers, texts, names, + - * / // %, comparisons, and/or/not, x if c else y, lists, functions',
          }),
        ]
  return [
    ...own,
    ...Object.entries(tree)
      .filter(([key]) => key !== 'constant' && key !== 'statement')
      .flatMap(([key, child]) => findInvalidStatements(child, [...path, key])),
  ]
}
