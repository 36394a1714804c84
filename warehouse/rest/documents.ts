/** Forms and cases whole, by their ids, for the REST API. Source: reference §10.3, §10.4. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'
import { toIsoInstant } from '../query/from-row.ts'

/** `document` is the JSON of a FormSnapshot or CaseSnapshot. */
const Found = z.object({
  id: z.string(),
  document: z.string(),
  indexed_on: z.string().transform(toIsoInstant),
})
export type FoundDocument = z.infer<typeof Found>

/** Forms of any state but deleted, oldest first; ids that nobody has are left out. */
export async function findFormsByIds(
  warehouse: WarehouseClient,
  domain: string,
  formIds: readonly string[],
): Promise<readonly FoundDocument[]> {
  if (formIds.length === 0) return []
  return ask(warehouse, {
    sql: `select form_id as id, document, toString(loaded_at) as indexed_on from forms final
      where domain = {domain:String} and form_id in {form_ids:Array(String)} and state < 64
      order by received_at, form_id`,
    params: { domain, form_ids: formIds },
    row: Found,
  })
}

/** Cases that are not deleted, by id; ids that nobody has are left out. */
export async function findCasesByIds(
  warehouse: WarehouseClient,
  domain: string,
  caseIds: readonly string[],
): Promise<readonly FoundDocument[]> {
  if (caseIds.length === 0) return []
  return ask(warehouse, {
    sql: `select case_id as id, document, toString(loaded_at) as indexed_on from cases final
      where domain = {domain:String} and case_id in {case_ids:Array(String)} and not deleted order by case_id`,
    params: { domain, case_ids: caseIds },
    row: Found,
  })
}

const CaseForms = z.object({ case_id: z.string(), form_ids: z.array(z.string()) })

/** The forms that made each case what it is, oldest first. Source: reference §2.6 `xform_ids`. */
export async function listFormIdsOfCases(
  warehouse: WarehouseClient,
  domain: string,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (caseIds.length === 0) return new Map()
  const rows = await ask(warehouse, {
    sql: `select case_id, arrayMap(f -> f.2, arraySort(groupArray((first_version, form_id)))) as form_ids
      from (select case_id, form_id, min(version) as first_version from case_changes
        where domain = {domain:String} and case_id in {case_ids:Array(String)} and cause = 'form'
        group by case_id, form_id)
      group by case_id`,
    params: { domain, case_ids: caseIds },
    row: CaseForms,
  })
  return new Map(rows.map((row) => [row.case_id, row.form_ids]))
}
