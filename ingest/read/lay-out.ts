import type { Postgres } from '#infra/platform/contract.ts'
import { FORM_STATE } from '../contract.ts'
import { createShelf } from '../archive/read-member.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { archivedAt, joinArchive, toAsked } from './stored-xml.ts'
import type { ArchivedAt } from './stored-xml.ts'

/** The form's own XML; of an error form its files too, which it takes along when it is sent again. */
const PLACES = `
select ${archivedAt('f', 'xml_md5')} from ingest.forms f ${joinArchive('f')}
where f.domain = $1 and f.form_id = $2 and f.archive_object is not null
union all
select ${archivedAt('a', 'md5')} from ingest.forms f
join ingest.form_attachments a on a.domain = f.domain and a.form_id = f.form_id ${joinArchive('a')}
where f.domain = $1 and f.form_id = $2 and f.state = ${FORM_STATE.error} and a.archive_object is not null`

/**
 * Reads from the archive what a transaction about this form will want, before it takes its locks. One query; nothing from the
 * archive for a form that is not in it.
 */
export async function layOutForm(
  { postgres, readMember }: { readonly postgres: Postgres; readonly readMember: ReadMember },
  domain: string,
  formId: string,
): Promise<ReadMember> {
  const shelf = createShelf(readMember)
  const { rows } = await postgres.pool.query<ArchivedAt>(PLACES, [domain, formId])
  for (const row of rows) {
    const asked = toAsked(row)
    if (asked !== null) await shelf.fetch(asked)
  }
  return shelf.read
}
