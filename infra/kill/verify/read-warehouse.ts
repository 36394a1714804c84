/** What the warehouse shows at the end: its own tables, and sums kept by views of the suite's own, which no repeat may move. */
import { z } from 'zod'
import { ensureEntryTables } from '#warehouse/index.ts'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { CaseChanges, Line } from './numbers.ts'
import type { SumName } from './read-postgres.ts'

const Count = z.coerce.number()

/**
 * Tables that only ever add: a row that is inserted twice is counted twice, for good. They stand for whatever may hang on a
 * domain's entrance. Call it before the first form of the domain.
 */
export async function hangSums(warehouse: WarehouseClient, domains: readonly string[]): Promise<void> {
  const table = (name: string, columns: string): string =>
    `create table if not exists ${name} (${columns}) engine = SummingMergeTree order by key
     settings non_replicated_deduplication_window = 10000`
  await warehouse.command({ query: table('kill_form_events', 'key String, events Int64') })
  await warehouse.command({ query: table('kill_case_events', 'key String, events Int64, amount Int64') })
  const amount = (document: string): string =>
    `toInt64OrZero(JSONExtractString(${document}, 'properties', 'amount'))`
  for (const domain of domains) {
    await ensureEntryTables(warehouse, domain)
    const part = domain.replaceAll('-', '_')
    await warehouse.command({
      query: `create materialized view if not exists kill_view_forms_${part} to kill_form_events as
        select concat(domain, ' ', user_id) as key, toInt64(1) as events from entry_forms_${part}`,
    })
    await warehouse.command({
      query: `create materialized view if not exists kill_view_cases_${part} to kill_case_events as
        select concat(domain, ' ', owner_id) as key, toInt64(1) as events,
          ${amount('document')} - ${amount('before')} as amount from entry_cases_${part}`,
    })
  }
}

/** Each as `read-postgres.ts` counts it there. */
const SUMS: Readonly<Record<SumName, string>> = {
  forms: `select concatWithSeparator(' ', domain, xmlns, toString(toDate(received_at)), user_id, toString(state)) as key,
      count() as forms, sum(version) as versions
    from forms final where domain in {domains:Array(String)} and state != 64 group by key`,
  cases: `select concatWithSeparator(' ', domain, type, owner_id, toString(toUInt8(closed))) as key, count() as cases,
      sum(version) as versions, sum(toInt64OrZero(JSONExtractString(document, 'properties', 'amount'))) as amount
    from cases final where domain in {domains:Array(String)} group by key`,
  formEvents: `select key, sum(events) as events from kill_form_events
    where splitByChar(' ', key)[1] in {domains:Array(String)} group by key`,
  caseEvents: `select key, sum(events) as events, sum(amount) as amount from kill_case_events
    where splitByChar(' ', key)[1] in {domains:Array(String)} group by key`,
}

const Sum = z.object({ key: z.string() }).catchall(Count)

export async function readSum(
  warehouse: WarehouseClient,
  name: SumName,
  domains: readonly string[],
): Promise<readonly Line[]> {
  const rows = await ask(warehouse, SUMS[name], { domains })
  return rows.map((row) => {
    const { key, ...numbers } = Sum.parse(row)
    return { key, numbers }
  })
}

/** The same counts of cases from the table that lists read. */
export async function readFacts(
  warehouse: WarehouseClient,
  domains: readonly string[],
): Promise<readonly Line[]> {
  const rows = await ask(
    warehouse,
    `select concatWithSeparator(' ', domain, type, owner_id, toString(toUInt8(closed))) as key, count() as cases,
       sum(version) as versions from case_facts final where domain in {domains:Array(String)} group by key`,
    { domains },
  )
  return rows.map((row) => {
    const { key, ...numbers } = Sum.parse(row)
    return { key, numbers }
  })
}

const Changes = z.object({ case_id: z.string(), rows: Count, versions: Count, first: Count, last: Count })

/** Rows as they lie, without `final`. */
export async function readChanges(
  warehouse: WarehouseClient,
  domains: readonly string[],
): Promise<readonly CaseChanges[]> {
  const rows = await ask(
    warehouse,
    `select case_id, count() as rows, uniqExact(version) as versions, min(version) as first, max(version) as last
     from case_changes where domain in {domains:Array(String)} group by case_id`,
    { domains },
  )
  return rows.map((row) => Changes.parse(row))
}

export async function isFormVisible(warehouse: WarehouseClient, formId: string): Promise<boolean> {
  const rows = await ask(warehouse, 'select 1 from forms where form_id = {formId:String} limit 1', { formId })
  return rows.length > 0
}

async function ask(
  warehouse: WarehouseClient,
  query: string,
  params: Readonly<Record<string, unknown>>,
): Promise<readonly unknown[]> {
  const result = await warehouse.query({ query, query_params: params, format: 'JSONEachRow' })
  return result.json()
}
