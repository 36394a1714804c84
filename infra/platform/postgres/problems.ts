/** What Postgres may refuse, in our words. No sentence carries a value, only our own names of tables and constraints. */
import { problem } from '../problem.ts'

export const postgresUnreachable = problem(
  'PLATFORM_POSTGRES_UNREACHABLE',
  'unavailable',
  (d: { sqlstate: string }) => `Postgres does not answer (${d.sqlstate}). Wait, or see whether it runs.`,
)

export const postgresOverloaded = problem(
  'PLATFORM_POSTGRES_OVERLOADED',
  'unavailable',
  (d: { sqlstate: string }) =>
    `Postgres has no room left: connections, memory or disk (${d.sqlstate}). Free some, then try again.`,
)

export const postgresBusy = problem(
  'PLATFORM_POSTGRES_BUSY',
  'unavailable',
  (d: { waiting: number }) =>
    `${d.waiting} pieces of work wait for a connection to Postgres already. Try again in a few seconds.`,
)

export const postgresContended = problem(
  'PLATFORM_POSTGRES_CONTENDED',
  'unavailable',
  (d: { sqlstate: string }) =>
    `Another transaction was in the way: a lock, a deadlock or a timeout (${d.sqlstate}). Try again.`,
)

export interface ConstraintDetails extends Readonly<Record<string, unknown>> {
  readonly table: string
  readonly constraint: string
}

export const postgresUnique = problem(
  'PLATFORM_POSTGRES_UNIQUE',
  'conflict',
  (d: ConstraintDetails) => `A row with this key is already in ${d.table} (${d.constraint}).`,
)

export const postgresReference = problem(
  'PLATFORM_POSTGRES_REFERENCE',
  'conflict',
  (d: ConstraintDetails) =>
    `A row of ${d.table} names a row that is not there, or is still named (${d.constraint}).`,
)

export const postgresCheck = problem(
  'PLATFORM_POSTGRES_CHECK',
  'invalid',
  (d: ConstraintDetails) => `A row for ${d.table} breaks the rule ${d.constraint}.`,
)

export const postgresValue = problem(
  'PLATFORM_POSTGRES_VALUE',
  'invalid',
  (d: { sqlstate: string }) =>
    `A value does not fit the type of its column (${d.sqlstate}): too long, out of range, or not text.`,
)

export const integerUnsafe = problem(
  'PLATFORM_POSTGRES_INTEGER_UNSAFE',
  'bug',
  () => 'A 64-bit integer beyond 2^53 was read as a number. Select that column as text.',
)

export const migrationChanged = problem(
  'PLATFORM_MIGRATION_CHANGED',
  'bug',
  (d: { name: string }) =>
    `Migration ${d.name} was edited after it had been applied here. Restore the file and put the change into a new migration.`,
)

export const migrationFailed = problem(
  'PLATFORM_MIGRATION_FAILED',
  'bug',
  (d: { name: string; sqlstate: string }) =>
    `Migration ${d.name} failed (${d.sqlstate}) and was rolled back. The cause is attached.`,
)

export const migrationDuplicate = problem(
  'PLATFORM_MIGRATION_DUPLICATE',
  'bug',
  (d: { name: string }) => `Two migrations are named ${d.name}. Rename the newer one.`,
)

export const migrationMissing = problem(
  'PLATFORM_MIGRATION_MISSING',
  'bug',
  (d: { name: string }) =>
    `Migration ${d.name} was applied here, but this program does not have it. Start the newer program instead.`,
)
