/** The warehouse's problem book. */
import { problem } from '#infra/platform/index.ts'

export const domainUnnameable = problem(
  'WAREHOUSE_DOMAIN_UNNAMEABLE',
  'invalid',
  (d: { domainLength: number }) =>
    `A domain name of ${d.domainLength} characters cannot name a table: use a-z, 0-9 and "-" inside, at most 63.`,
)

export const ddlChanged = problem(
  'WAREHOUSE_DDL_CHANGED',
  'bug',
  (d: { name: string }) =>
    `The file ${d.name} was applied with other contents. Landed files are never edited: add a new one.`,
)

export const rangeInvalid = problem(
  'WAREHOUSE_RANGE_INVALID',
  'invalid',
  (d: { startdate: string; enddate: string }) =>
    `The days ${d.startdate} to ${d.enddate} are no range: give two calendar days, the first not after the second.`,
)

export const rangeTooLong = problem(
  'WAREHOUSE_RANGE_TOO_LONG',
  'invalid',
  (d: { days: number; maxDays: number }) =>
    `The range has ${d.days} days; at most ${d.maxDays} can be asked for.`,
)

export const timezoneUnknown = problem(
  'WAREHOUSE_TIMEZONE_UNKNOWN',
  'invalid',
  (d: { timezone: string }) =>
    `There is no time zone ${d.timezone}. Use an IANA name such as Asia/Kathmandu.`,
)

export const cursorInvalid = problem<Record<string, never>>(
  'WAREHOUSE_CURSOR_INVALID',
  'invalid',
  () => `The cursor is not one of this list. Take it from "next" or "previous" of a page.`,
)

export const filterInvalid = problem(
  'WAREHOUSE_FILTER_INVALID',
  'invalid',
  (d: { parameter: string; position: number }) =>
    `Value ${d.position} of "${d.parameter}" is unknown: use u__<user_id>, g__<group_id>, l__<location_id> or t__<0-6>.`,
)

export const instantInvalid = problem(
  'WAREHOUSE_INSTANT_INVALID',
  'invalid',
  (d: { parameter: string }) =>
    `"${d.parameter}" is no instant: use ISO 8601, for instance 2024-03-01T08:00:00Z.`,
)

/** Why the loader parks an event, for people who look one up. */
export const PARK_CODES = {
  WAREHOUSE_DOMAIN_UNNAMEABLE: 'The domain cannot name a table.',
  WAREHOUSE_EVENT_MALFORMED: 'The event is not of the shape of its topic; the reason says where.',
  WAREHOUSE_TOPIC_UNKNOWN: 'The warehouse keeps no such topic.',
} as const

export const auditPostponed = problem(
  'WAREHOUSE_AUDIT_POSTPONED',
  'unavailable',
  (d: { waitMs: number }) =>
    `The loader did not catch up within ${d.waitMs} ms, so nothing was compared: what it still owes is not lost. The next pass tries again.`,
)
