/**
 * A domain's own entrance: two tables that hold nothing (engine Null) and the views that carry each row on. A view costs
 * ~1.8 ms of CPU per insert even when no row is its own, so what hangs on a domain's entrance burdens that domain alone.
 */
import type { WarehouseClient } from '#infra/platform/index.ts'
import { domainUnnameable } from '../problems.ts'

/** Source: the check of `tenants.domains.domain`. It holds no underscore, so "-" → "_" cannot make two names one. */
const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

type Columns = Readonly<Record<string, string>>

const INSTANT = "DateTime64(6, 'UTC')"

export const FORM_COLUMNS = {
  domain: 'LowCardinality(String)',
  form_id: 'String',
  version: 'UInt64',
  state: 'UInt8',
  xmlns: 'LowCardinality(String)',
  form_type: 'LowCardinality(String)',
  form_name: 'LowCardinality(String)',
  app_id: 'LowCardinality(String)',
  build_id: 'LowCardinality(String)',
  user_id: 'LowCardinality(String)',
  username: 'LowCardinality(String)',
  device_id: 'LowCardinality(String)',
  received_at: INSTANT,
  completed_at: `Nullable(${INSTANT})`,
  started_at: `Nullable(${INSTANT})`,
  edited_at: `Nullable(${INSTANT})`,
  server_modified_at: INSTANT,
  app_version: 'String',
  commcare_version: 'LowCardinality(String)',
  problem: 'String',
  orig_id: 'String',
  case_ids: 'Array(String)',
  document: 'String',
} as const satisfies Columns

/** What a row of the entrance for cases says about the case after the change, under the names of table `cases`. */
export const CASE_COLUMNS = {
  domain: 'LowCardinality(String)',
  case_id: 'String',
  version: 'UInt64',
  type: 'LowCardinality(String)',
  name: 'String',
  owner_id: 'LowCardinality(String)',
  external_id: 'String',
  opened_at: `Nullable(${INSTANT})`,
  opened_by: 'LowCardinality(String)',
  modified_at: INSTANT,
  modified_by: 'LowCardinality(String)',
  closed: 'Bool',
  closed_at: `Nullable(${INSTANT})`,
  closed_by: 'LowCardinality(String)',
  deleted: 'Bool',
  server_modified_at: INSTANT,
  document: 'String',
} as const satisfies Columns

/** What it says about the change itself. */
export const CHANGE_COLUMNS = {
  cause: "Enum8('form' = 1, 'rebuild' = 2)",
  form_id: 'String',
  transaction_type: 'UInt16',
  user_id: 'LowCardinality(String)',
  owner_before: 'LowCardinality(String)',
  changed_at: INSTANT,
  server_at: INSTANT,
  before: 'String',
} as const satisfies Columns

export type FormEntry = Readonly<Record<keyof typeof FORM_COLUMNS, unknown>>
export type CaseEntry = Readonly<Record<keyof typeof CASE_COLUMNS | keyof typeof CHANGE_COLUMNS, unknown>>

export interface EntryTables {
  readonly forms: string
  readonly cases: string
}

/**
 * The names of a domain's entrance, safe to stand in a statement.
 * @throws WAREHOUSE_DOMAIN_UNNAMEABLE
 */
export function toEntryTables(domain: string): EntryTables {
  const part = toIdentifierPart(domain)
  return { forms: `entry_forms_${part}`, cases: `entry_cases_${part}` }
}

export function isNameableDomain(domain: string): boolean {
  return DOMAIN.test(domain)
}

function toIdentifierPart(domain: string): string {
  if (!isNameableDomain(domain)) throw domainUnnameable({ domainLength: domain.length })
  return domain.replaceAll('-', '_')
}

/** Six statements, each of which may run again and again. */
export function entryTableStatements(domain: string): readonly string[] {
  const part = toIdentifierPart(domain)
  const { forms, cases } = toEntryTables(domain)
  const changes = [
    'domain, case_id, version, type as case_type, cause, form_id, transaction_type, user_id, owner_before',
    'owner_id as owner_after, changed_at, server_at, before, document as after',
  ].join(', ')
  const facts = Object.keys(CASE_COLUMNS).filter((column) => column !== 'document')
  return [
    nullTable(forms, FORM_COLUMNS),
    nullTable(cases, { ...CASE_COLUMNS, ...CHANGE_COLUMNS }),
    view(`view_forms_${part}`, 'forms', Object.keys(FORM_COLUMNS).join(', '), forms),
    view(`view_cases_${part}`, 'cases', Object.keys(CASE_COLUMNS).join(', '), cases),
    view(`view_case_facts_${part}`, 'case_facts', facts.join(', '), cases),
    view(`view_case_changes_${part}`, 'case_changes', changes, cases),
  ]
}

function nullTable(name: string, columns: Columns): string {
  const list = Object.entries(columns).map(([column, type]) => `${column} ${type}`)
  return `create table if not exists ${name} (${list.join(', ')}) engine = Null`
}

function view(name: string, target: string, columns: string, source: string): string {
  return `create materialized view if not exists ${name} to ${target} as select ${columns} from ${source}`
}

/** Makes the entrance of a domain; ~45 ms the first time. */
export async function ensureEntryTables(warehouse: WarehouseClient, domain: string): Promise<void> {
  for (const statement of entryTableStatements(domain)) await warehouse.command({ query: statement })
}
