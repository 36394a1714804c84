import { nameInvalid } from './problems.ts'

/** An instant column as ISO 8601 UTC with six fraction digits; never through `Date`, which would lose the last three. */
export function isoColumn(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** Trims and checks a name that people will read. @throws TENANTS_NAME_INVALID */
export function parseName(name: string, maxLength = 255): string {
  const trimmed = name.trim()
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (trimmed === '' || trimmed.length > maxLength || /[\u0000-\u001f\u007f]/.test(trimmed)) {
    throw nameInvalid({ maxLength })
  }
  return trimmed
}

/** Whether Postgres refused a row because of this constraint or index. */
export function breaksConstraint(error: unknown, constraint: string): boolean {
  return findConstraint(error) === constraint
}

/** The name of the constraint that a driver error names, also when it is wrapped as a cause. */
export function findConstraint(error: unknown): string | undefined {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth += 1
  ) {
    if ('constraint' in current && typeof current.constraint === 'string') return current.constraint
  }
  return undefined
}
