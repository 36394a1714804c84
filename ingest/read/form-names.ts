/** What forms are called: the `name` attribute of the root, as the newest form of each kind has it. */
import type { Postgres } from '#infra/platform/contract.ts'
import type { FormObject } from '../contract.ts'
import { attributeOf } from '../xml/element.ts'
import { readRoot } from './stored-xml.ts'

/** `@name` of the document, else its xmlns. */
export function toFormName(form: Readonly<Record<string, unknown>> | FormObject, xmlns: string): string {
  const name = form['@name']
  return typeof name === 'string' && name !== '' ? name : xmlns
}

const NEWEST = `
select x.xmlns, newest.xml_deflated
from unnest($2::text[]) as x(xmlns) cross join lateral (
  select f.xml_deflated from ingest.forms f
  where f.domain = $1 and f.xmlns = x.xmlns and f.form_id = any($3::text[])
  order by f.received_at desc limit 1
) newest`

/** By xmlns; one that no form names is left out. */
export async function readFormNames(
  { pool }: Postgres,
  domain: string,
  asked: { readonly xmlns: readonly string[]; readonly formIds: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ xmlns: string; xml_deflated: Buffer | null }>(NEWEST, [
    domain,
    asked.xmlns,
    asked.formIds,
  ])
  const names = new Map<string, string>()
  for (const { xmlns, xml_deflated } of rows) {
    const root = await readRoot(xml_deflated)
    const name = root === null ? null : attributeOf(root, 'name')
    if (name) names.set(xmlns, name)
  }
  return names
}
