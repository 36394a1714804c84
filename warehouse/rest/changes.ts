/** Who changed which case by which form, from the stream of changes. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ask } from '../query/ask.ts'
import { emptyToNull, toIsoInstant } from '../query/from-row.ts'

const Change = z.object({
  case_id: z.string(),
  version: z.number(),
  cause: z.enum(['form', 'rebuild']),
  form_id: z.string(),
  form_name: z.string(),
  username: z.string(),
  transaction_type: z.number(),
  user_id: z.string().transform(emptyToNull),
  changed_at: z.string().transform(toIsoInstant),
  server_at: z.string().transform(toIsoInstant),
  /** JSON of a CaseSnapshot; null for a new case. */
  before: z.string().transform(emptyToNull),
  after: z.string(),
})
export type CaseChange = z.infer<typeof Change>

const MOST = 1_000

/** The changes of one case or by one form, newest first, at most a thousand. */
export async function listCaseChanges(
  warehouse: WarehouseClient,
  domain: string,
  of: { readonly caseId: string } | { readonly formId: string },
): Promise<readonly CaseChange[]> {
  const [column, id] = 'caseId' in of ? ['case_id', of.caseId] : ['form_id', of.formId]
  return ask(warehouse, {
    sql: `select c.case_id as case_id, c.version as version, toString(c.cause) as cause, c.form_id as form_id,
        f.form_name as form_name, f.username as username, c.transaction_type as transaction_type, c.user_id as user_id,
        toString(c.changed_at) as changed_at, toString(c.server_at) as server_at, c.before as before, c.after as after
      from (select * from case_changes where domain = {domain:String} and ${column} = {id:String}
        order by version desc, case_id limit 1 by case_id, version limit ${MOST}) as c
      left any join (select form_id, form_name, username from forms where domain = {domain:String}
        and form_id in (select form_id from case_changes where domain = {domain:String} and ${column} = {id:String})) as f
        on f.form_id = c.form_id
      order by c.version desc, c.case_id`,
    params: { domain, id },
    row: Change,
  })
}

const Version = z.object({
  id: z.string(),
  state: z.number(),
  received_on: z.string().transform(toIsoInstant),
})
export type FormVersion = z.infer<typeof Version>

/** The other versions of a submission: what it replaced, what repeats it. */
export async function listFormVersions(
  warehouse: WarehouseClient,
  domain: string,
  formId: string,
): Promise<readonly FormVersion[]> {
  return ask(warehouse, {
    sql: `select form_id as id, state, toString(received_at) as received_on from forms final
      where domain = {domain:String} and orig_id = {form_id:String} order by server_modified_at desc, form_id limit 100`,
    params: { domain, form_id: formId },
    row: Version,
  })
}
