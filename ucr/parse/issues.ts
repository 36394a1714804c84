/** Between zod and our faults: pushing a fault into a schema's context, and reading zod's own issues as faults. */
import { z } from 'zod'
import { createFault, describe } from './fault.ts'
import type { Fault, FaultParts, Path } from './fault.ts'
import { nearest } from './nearest.ts'
import { keyMissing, keyUnknown, valueInvalid } from '../problems.ts'

type Issue = z.core.$ZodIssue
interface Context {
  readonly issues: z.core.$ZodRawIssue[]
}

/** Adds a fault to the schema that is running; its path grows as the schemas around it end. */
export function refuse(context: Context, input: unknown, parts: FaultParts, path: Path = []): void {
  context.issues.push({ code: 'custom', input, path: [...path], message: '', params: { parts } })
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
}

function readValues(issue: Extract<Issue, { code: 'invalid_value' }>, input: unknown): FaultParts {
  const values = issue.values.map(String)
  return {
    kind: input === undefined ? keyMissing : valueInvalid,
    found: describe(input),
    allowed: values.length === 1 ? String(values[0]) : `one of: ${values.join(', ')}`,
    meant: typeof input === 'string' ? nearest(input, values) : null,
  }
}

function readIssue(issue: Issue): FaultParts {
  const input: unknown = issue.input
  const kind = input === undefined ? keyMissing : valueInvalid
  switch (issue.code) {
    case 'invalid_type':
      return { kind, found: describe(input), allowed: WORDS[issue.expected] ?? issue.expected }
    case 'invalid_value':
      return readValues(issue, input)
    case 'too_small':
      return {
        kind,
        found: describe(input),
        allowed: issue.origin === 'number' ? `${issue.minimum} or more` : 'not empty',
      }
    case 'too_big':
      return { kind, found: describe(input), allowed: `${issue.maximum} or less` }
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'custom':
      return { kind, found: describe(input), allowed: issue.message }
  }
}

/** zod's issues with our words for them, ready to be pushed into the schema around. `keys` are those that the object may have. */
export function toParts(issue: Issue, keys: readonly string[]): readonly (readonly [Path, FaultParts])[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => [
      [...issue.path, key],
      { kind: keyUnknown, found: key, allowed: keys.join(', '), meant: nearest(key, keys) },
    ])
  const own = issue.code === 'custom' ? (issue.params?.['parts'] as FaultParts | undefined) : undefined
  return [[issue.path, own ?? readIssue(issue)]]
}

/** All issues of a failed parse as faults. */
export function toFaults(error: z.ZodError, keys: readonly string[]): readonly Fault[] {
  return error.issues.flatMap((issue) =>
    toParts(issue, keys).map(([path, parts]) => createFault(path, parts)),
  )
}

/** Runs a schema inside another: its value, or its faults pushed into the context of the one around. */
export function runInside<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  context: Context,
  keys: readonly string[],
): T {
  const result = schema.safeParse(raw, { reportInput: true })
  if (result.success) return result.data
  for (const issue of result.error.issues)
    for (const [path, parts] of toParts(issue, keys)) refuse(context, issue.input, parts, path)
  return z.NEVER
}
