/** What forms are called: the `name` attribute of the root, as the newest form of each kind has it. */
import { Problem } from '#infra/platform/index.ts'
import type { Postgres } from '#infra/platform/contract.ts'
import type { ReadMember } from '../archive/read-member.ts'
import type { FormObject } from '../contract.ts'
import { attributeOf } from '../xml/element.ts'
import { joinArchive, readStoredXml, STORED_XML, toRoot } from './stored-xml.ts'
import type { StoredXmlRow } from './stored-xml.ts'

/** `@name` of the document, else its xmlns. */
export function toFormName(form: Readonly<Record<string, unknown>> | FormObject, xmlns: string): string {
  const name = form['@name']
  return typeof name === 'string' && name !== '' ? name : xmlns
}

const NEWEST = `
select x.xmlns, newest.*
from unnest($2::text[]) as x(xmlns) cross join lateral (
  select ${STORED_XML} from ingest.forms f ${joinArchive('f')}
  where f.domain = $1 and f.xmlns = x.xmlns and f.form_id = any($3::text[])
  order by f.received_at desc limit 1
) newest`

export interface FormNamesOptions {
  readonly postgres: Postgres
  readonly readMember: ReadMember
}

/** By xmlns; one that no form names is left out, and one whose form is in an archive that does not answer. */
export async function readFormNames(
  { postgres: { pool }, readMember }: FormNamesOptions,
  domain: string,
  asked: { readonly xmlns: readonly string[]; readonly formIds: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<StoredXmlRow & { xmlns: string }>(NEWEST, [
    domain,
    asked.xmlns,
    asked.formIds,
  ])
  const names = new Map<string, string>()
  for (const row of rows) {
    const xml = await readXmlOrNothing(row, readMember)
    const root = xml === null ? null : toRoot(xml)
    const name = root === null ? null : attributeOf(root, 'name')
    if (name) names.set(row.xmlns, name)
  }
  return names
}

/** A case is worth showing without the names of its forms. */
async function readXmlOrNothing(row: StoredXmlRow, readMember: ReadMember): Promise<Buffer | null> {
  try {
    return (await readStoredXml(row, readMember)).xml
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
