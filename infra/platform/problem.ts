/**
 * The shape of every refusal. A room lists its refusals in its own `problems.ts`, its problem book; only
 * `api/plugins/problems.ts` turns a kind into an HTTP status.
 */

/** Whose fault it is: `unavailable` alone is worth retrying, `bug` alone is ours. */
export type ProblemKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'missing' | 'conflict' | 'unavailable' | 'bug'

/** A refusal with a code to search for, a sentence to read and details to test. */
export class Problem extends Error {
  readonly code: string
  readonly kind: ProblemKind
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: string,
    kind: ProblemKind,
    message: string,
    details: Readonly<Record<string, unknown>>,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Problem'
    this.code = code
    this.kind = kind
    this.details = details
  }
}

/**
 * Declares one entry of a problem book.
 * @param code `ROOM_NOUN_STATE`; append-only, never reused, documented in `infra/docs/problems.md`.
 * @param sentence says which thing, what was expected and what to do next; never a value that a person typed.
 */
export function problem<Details extends Readonly<Record<string, unknown>>>(
  code: string,
  kind: ProblemKind,
  sentence: (details: Details) => string,
): (details: Details, cause?: unknown) => Problem {
  return (details, cause) => new Problem(code, kind, sentence(details), details, cause)
}
