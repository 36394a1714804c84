/**
 * How a Postgres value is read. Nothing is rounded: instants stay text with all six digits, decimals stay text.
 *
 *   timestamptz  ISO 8601 in UTC, `2024-03-01T08:00:00.000000Z`      date     `2024-03-01`
 *   numeric      decimal text                                       int8     number; beyond 2^53 it throws, select `::text`
 *   xid8         decimal text                                       jsonb    the parsed document
 */
import { types, type CustomTypesConfig } from 'pg'
import { integerUnsafe } from './problems.ts'

const INT8 = 20
const DATE = 1082
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
const NUMERIC = 1700
const TEXT_ARRAY = 1009
const INT8_ARRAY = 1016
const DATE_ARRAY = 1182
const TIMESTAMPTZ_ARRAY = 1185
const NUMERIC_ARRAY = 1231

const PRINTED = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/

/**
 * `2024-03-01 08:00:00.12+00`, as Postgres prints it in UTC → `2024-03-01T08:00:00.120000Z`.
 * What it prints otherwise (`infinity`, a year before Christ) is left as it is.
 */
export function toInstantText(printed: string): string {
  const match = PRINTED.exec(printed)
  if (match === null) return printed
  const [, day, time, fraction = ''] = match
  return `${day}T${time}.${fraction.padEnd(6, '0')}Z`
}

function toInteger(printed: string): number {
  const value = Number(printed)
  if (!Number.isSafeInteger(value)) throw integerUnsafe({})
  return value
}

const same = (printed: string): string => printed

/** The driver's own parser of text arrays, which knows about quotes and nulls, then ours on each member. */
function arrayOf(parse: (printed: string) => unknown): (printed: string) => unknown {
  // The driver's list of type numbers leaves the arrays out, though its table has them.
  const split: (printed: string) => unknown = types.getTypeParser(
    TEXT_ARRAY as typeof types.builtins.TEXT,
    'text',
  )
  return (printed) => {
    const members = split(printed)
    if (!Array.isArray(members)) return members
    return members.map((member: unknown) => (typeof member === 'string' ? parse(member) : member))
  }
}

const PARSERS = new Map<number, (printed: string) => unknown>([
  [INT8, toInteger],
  [DATE, same],
  [TIMESTAMP, same],
  [TIMESTAMPTZ, toInstantText],
  [NUMERIC, same],
  [INT8_ARRAY, arrayOf(toInteger)],
  [DATE_ARRAY, arrayOf(same)],
  [TIMESTAMPTZ_ARRAY, arrayOf(toInstantText)],
  [NUMERIC_ARRAY, arrayOf(same)],
])

/** Given to each client, so that the driver's global table is left alone. */
export const postgresTypes: CustomTypesConfig = {
  // The driver's type wants a parser per format; we only ever read text, so the binary ones stay the driver's.
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    const own = format === 'binary' ? undefined : PARSERS.get(oid)
    return own ?? types.getTypeParser(oid, format)
  }) as typeof types.getTypeParser,
}
