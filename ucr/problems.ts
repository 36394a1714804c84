/**
 * The refusals of ucr. Codes are append-only. The faults of a configuration carry its own words (a type, a key, a column id), never a
 * value of a document.
 */
import { problem } from '#infra/platform/problem.ts'

/** Where in a configuration, what stands there, and what may. */
export interface FaultDetails extends Readonly<Record<string, unknown>> {
  readonly path: string
  readonly found: string
  readonly allowed: string
  /** The allowed word that was probably meant, or null. */
  readonly meant: string | null
}

const ending = (d: FaultDetails): string => (d.meant === null ? '.' : `; did you mean ${d.meant}?`)
const fault = (code: string, sentence: (d: FaultDetails) => string) =>
  problem<FaultDetails>(code, 'invalid', sentence)

export const typeMissing = fault(
  'UCR_TYPE_MISSING',
  (d) => `${d.path} names no type (found ${d.found}); write one of: ${d.allowed}.`,
)
export const typeUnknown = fault(
  'UCR_TYPE_UNKNOWN',
  (d) => `${d.path} is ${d.found}, which is no type here; write one of: ${d.allowed}${ending(d)}`,
)
export const typeForeign = fault(
  'UCR_TYPE_FOREIGN',
  (d) =>
    `${d.path} is ${d.found}, which other servers have for some of their projects only; write it with the common types: ${d.allowed}.`,
)
export const keyMissing = fault('UCR_KEY_MISSING', (d) => `${d.path} is missing; it must be ${d.allowed}.`)
export const keyUnknown = fault(
  'UCR_KEY_UNKNOWN',
  (d) => `${d.path} is no key that is allowed here (allowed: ${d.allowed})${ending(d)}`,
)
export const keyIgnored = fault(
  'UCR_KEY_IGNORED',
  (d) => `${d.path} has no effect, nothing reads it (read are: ${d.allowed})${ending(d)}`,
)
export const statementInvalid = fault(
  'UCR_STATEMENT_INVALID',
  (d) => `${d.path} cannot be read (${d.found}), so its value is always null; it may have ${d.allowed}.`,
)
export const valueInvalid = fault(
  'UCR_VALUE_INVALID',
  (d) => `${d.path} is ${d.found}; it must be ${d.allowed}${ending(d)}`,
)
export const nameUnknown = fault(
  'UCR_NAME_UNKNOWN',
  (d) => `${d.path} asks for ${d.found}, which is not defined (defined: ${d.allowed})${ending(d)}`,
)
export const nameCircular = fault(
  'UCR_NAME_CIRCULAR',
  (d) => `${d.path} leads back to itself (${d.found}); break the circle: ${d.allowed}.`,
)
export const columnDuplicate = fault(
  'UCR_COLUMN_DUPLICATE',
  (d) => `${d.path} gives the column ${d.found} a second time; ${d.allowed}.`,
)
export const columnReserved = fault(
  'UCR_COLUMN_RESERVED',
  (d) => `${d.path} is ${d.found}, a column that every table has already; ${d.allowed}.`,
)
export const columnUnknown = fault(
  'UCR_COLUMN_UNKNOWN',
  (d) => `${d.path} names the column ${d.found}, which is not there (there are: ${d.allowed})${ending(d)}`,
)
export const columnNotGrouped = fault(
  'UCR_COLUMN_NOT_GROUPED',
  (d) => `${d.path} shows ${d.found} as it is, but the rows are not grouped by it; ${d.allowed}.`,
)
export const slugDuplicate = fault(
  'UCR_SLUG_DUPLICATE',
  (d) => `${d.path} uses ${d.found} a second time; ${d.allowed}.`,
)
export const primaryKeyInvalid = fault(
  'UCR_PRIMARY_KEY_INVALID',
  (d) => `${d.path} is ${d.found}; the primary key must be ${d.allowed}.`,
)
export const columnRestricted = fault(
  'UCR_COLUMN_RESTRICTED',
  (d) => `${d.path} is ${d.found}, which carries SQL; ${d.allowed}.`,
)
export const columnNotSortable = fault(
  'UCR_COLUMN_NOT_SORTABLE',
  (d) => `${d.path} sorts by ${d.found}, which the engine does not know; ${d.allowed}.`,
)
export const totalNotNumeric = fault(
  'UCR_TOTAL_NOT_NUMERIC',
  (d) => `The column ${d.path} has ${d.found}; a total needs ${d.allowed}.`,
)
export const specTooLarge = fault(
  'UCR_SPEC_TOO_LARGE',
  (d) => `${d.path} is ${d.found}; a configuration may be ${d.allowed}.`,
)
export const filterValueInvalid = fault(
  'UCR_FILTER_VALUE_INVALID',
  (d) => `The value of the filter ${d.path} is ${d.found}; it must be ${d.allowed}.`,
)

/** What the API answers with: the faults are in the details, each with its own code. */
export const configurationInvalid = problem(
  'UCR_CONFIGURATION_INVALID',
  'invalid',
  (d: { faults: readonly unknown[] }) =>
    `The configuration has ${d.faults.length} faults; each says where it is and what is allowed there.`,
)
