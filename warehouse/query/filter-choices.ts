/** What the filters of a domain's reports may be set to, and the names of its forms. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { ReportScope } from '../contract.ts'
import { ask } from './ask.ts'
import { toShortUsername } from './shape-worker-activity.ts'

const Worker = z.object({
  user_id: z.string(),
  username: z.string(),
  name: z.string(),
  is_active: z.boolean(),
})
const FormName = z.object({ xmlns: z.string(), name: z.string() })
export type FormName = z.infer<typeof FormName>

export interface FilterChoicesFound {
  readonly workers: readonly z.infer<typeof Worker>[]
  readonly case_types: readonly string[]
  readonly forms: readonly FormName[]
}

/** Workers (without demo and deleted ones), case types and forms; groups and places are the caller's own. */
export async function filterChoices(
  warehouse: WarehouseClient,
  scope: Pick<ReportScope, 'domain'>,
): Promise<FilterChoicesFound> {
  const { domain } = scope
  const [workers, types, forms] = await Promise.all([
    ask(warehouse, {
      sql: `select user_id, username, trim(concat(first_name, ' ', last_name)) as name, is_active from workers final
        where domain = {domain:String} and not is_deleted and not is_demo order by username, user_id`,
      params: { domain },
      row: Worker,
    }),
    ask(warehouse, {
      sql: `select distinct type from case_facts final where domain = {domain:String} and not deleted order by type`,
      params: { domain },
      row: z.object({ type: z.string() }),
    }),
    formNames(warehouse, domain),
  ])
  return {
    workers: workers.map((worker) => {
      const username = toShortUsername(domain, worker.username)
      return { ...worker, username, name: worker.name === '' ? username : worker.name }
    }),
    case_types: types.map((row) => row.type),
    forms,
  }
}

/** The newest name of each kind of form that has one normal form; read without final: a repeated row changes no name. */
export async function formNames(warehouse: WarehouseClient, domain: string): Promise<readonly FormName[]> {
  return ask(warehouse, {
    sql: `select xmlns, argMax(form_name, received_at) as name from forms
      where domain = {domain:String} and state = 1 and xmlns != '' group by xmlns order by name, xmlns`,
    params: { domain },
    row: FormName,
  })
}
