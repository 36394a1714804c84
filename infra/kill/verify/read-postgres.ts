/** What Postgres holds at the end, as the verifier wants it. */
import { z } from 'zod'
import type { Postgres } from '#infra/platform/contract.ts'
import type { StoredCase } from './cases.ts'
import type { StoredForm } from './forms.ts'
import type { Line } from './numbers.ts'

const Amounts = z.record(z.string(), z.coerce.number())

export async function readForms(
  postgres: Postgres,
  domains: readonly string[],
): Promise<readonly StoredForm[]> {
  const { rows } = await postgres.pool.query<StoredForm>(
    `select domain, form_id, state, encode(xml_md5, 'hex') as md5, orig_id, version
     from ingest.forms where domain = any($1) order by form_id`,
    [domains],
  )
  return rows
}

export interface ReadCase extends StoredCase {
  readonly version: number
}

export async function readCases(
  postgres: Postgres,
  domains: readonly string[],
): Promise<readonly ReadCase[]> {
  const { rows } = await postgres.pool.query<ReadCase>(
    `select c.case_id, c.closed, c.properties, c.version, coalesce(t.form_ids, '{}') as form_ids
     from ingest.cases c left join lateral (
       select array_agg(t.form_id order by t.seq) as form_ids from ingest.case_transactions t
       where t.domain = c.domain and t.case_id = c.case_id and t.rebuild = 0 and not t.revoked) t on true
     where c.domain = any($1) order by c.case_id`,
    [domains],
  )
  return rows
}

/** The sums that `read-warehouse.ts` reads there, counted again from the rows of Postgres. */
export const RECOUNTS = {
  forms: `select concat_ws(' ', domain, xmlns, (received_at at time zone 'UTC')::date::text, user_id, state) as key,
      json_build_object('forms', count(*), 'versions', sum(version)) as numbers
    from ingest.forms where domain = any($1) group by 1`,
  cases: `select concat_ws(' ', domain, type, owner_id, closed::int) as key,
      json_build_object('cases', count(*), 'versions', sum(version), 'amount', sum(coalesce((properties->>'amount')::int, 0))) as numbers
    from ingest.cases where domain = any($1) group by 1`,
  formEvents: `select concat_ws(' ', domain, user_id) as key, json_build_object('events', sum(version)) as numbers
    from ingest.forms where domain = any($1) group by 1`,
  caseEvents: `select concat_ws(' ', domain, owner_id) as key,
      json_build_object('events', sum(version), 'amount', sum(coalesce((properties->>'amount')::int, 0))) as numbers
    from ingest.cases where domain = any($1) group by 1`,
} as const
export type SumName = keyof typeof RECOUNTS

export async function recount(
  postgres: Postgres,
  name: SumName,
  domains: readonly string[],
): Promise<readonly Line[]> {
  const { rows } = await postgres.pool.query<{ key: string; numbers: unknown }>(RECOUNTS[name], [domains])
  return rows.map(({ key, numbers }) => ({ key, numbers: Amounts.parse(numbers) }))
}
