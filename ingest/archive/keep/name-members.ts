/** Makes rows name what was stored, and lets go of the bytes in the same transaction. */
import type { PoolClient } from 'pg'
import { reach } from '#infra/platform/index.ts'
import type { Postgres } from '#infra/platform/contract.ts'
import { KEPT_COLUMNS } from '../format/kept-columns.ts'
import type { ChosenDictionary } from './choose-dictionary.ts'
import type { Placed, StoredObject } from './object-writer.ts'

export interface PlacedForm extends Placed {
  readonly form_id: string
  readonly version: number
}
export interface PlacedFile extends Placed {
  readonly form_id: string
  readonly name: string
  readonly md5: string
}

export interface StoredBatch {
  readonly domain: string
  readonly dictionary: ChosenDictionary | null
  readonly objects: readonly StoredObject[]
  readonly forms: readonly PlacedForm[]
  readonly files: readonly PlacedFile[]
}

/**
 * Neighbours in a page of an index are named in different transactions, so that what the first leaves behind can be cleaned up
 * before the page is split; and no row is held for longer than a part of the batch takes.
 */
const SLICES = 4
/** Rows of one statement. */
const SLICE_FORMS = 2_000

/** Objects and dictionary first, in a transaction of their own: nothing points to what is not there. */
async function nameObjects(
  postgres: Postgres,
  { domain, dictionary, objects }: StoredBatch,
): Promise<ReadonlyMap<string, number>> {
  return postgres.transaction(async (client) => {
    const isUsed = objects.some((object) => object.hasDictionary)
    const dictionaryId =
      dictionary === null || !isUsed ? null : await keepDictionary(client, domain, dictionary)
    const ids = new Map<string, number>()
    for (const object of objects) {
      const { rows } = await client.query<{ object_id: number }>(
        `insert into ingest.archive_objects
           (domain, name, bytes, forms, attachments, raw_bytes, dictionary_id, sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning object_id`,
        [
          domain,
          object.name,
          object.bytes,
          object.forms,
          object.attachments,
          object.rawBytes,
          object.hasDictionary ? dictionaryId : null,
          object.sha256,
        ],
      )
      for (const row of rows) ids.set(object.name, row.object_id)
    }
    return ids
  })
}

async function keepDictionary(
  client: PoolClient,
  domain: string,
  { id, content }: ChosenDictionary,
): Promise<number | null> {
  if (id !== null) return id
  const { rows } = await client.query<{ id: number }>(
    'insert into ingest.archive_dictionaries (domain, content) values ($1, $2) returning dictionary_id as id',
    [domain, content],
  )
  return rows[0]?.id ?? null
}

/** A form that somebody holds, or that has changed since it was read, stays as it is and is found again by the next run. */
const NAME_FORMS = `
with placed as (
  select * from json_to_recordset($2::json) as r(form_id text, version bigint, object integer, at integer, bytes integer)
), free as (
  select f.form_id from ingest.forms f join placed p on f.form_id = p.form_id and f.version = p.version
  where f.domain = $1 and f.xml_deflated is not null for no key update of f skip locked
)
update ingest.forms f set xml_deflated = null, archive_object = p.object, archive_offset = p.at, archive_bytes = p.bytes,
  ${KEPT_COLUMNS.map((name) => `${name} = null`).join(', ')}
from placed p join free on free.form_id = p.form_id
where f.domain = $1 and f.form_id = p.form_id returning f.form_id`

const NAME_FILES = `
update ingest.form_attachments a set content = null, archive_object = p.object, archive_offset = p.at, archive_bytes = p.bytes
from json_to_recordset($2::json) as p(form_id text, name text, md5 text, object integer, at integer, bytes integer)
where a.domain = $1 and a.form_id = p.form_id and a.name = p.name and a.content is not null and encode(a.md5, 'hex') = p.md5`

/** @returns how many forms now are in the archive. Whatever is committed is whole; the rest is as it was. */
export async function nameMembers(postgres: Postgres, batch: StoredBatch): Promise<number> {
  const { domain, forms, files } = batch
  const ids = await nameObjects(postgres, batch)
  reach('archive.index.committed')
  const toRow = <T extends Placed>({ object, offset, ...rest }: T) => ({
    ...rest,
    object: ids.get(object),
    at: offset,
  })
  const filesOf = Map.groupBy(files, (file) => file.form_id)
  let named = 0
  for (const slice of toSlices(forms)) {
    await postgres.transaction(async (client) => {
      const { rows } = await client.query<{ form_id: string }>(NAME_FORMS, [
        domain,
        JSON.stringify(slice.map(toRow)),
      ])
      named += rows.length
      const theirs = rows.flatMap((row) => filesOf.get(row.form_id) ?? [])
      if (theirs.length > 0) await client.query(NAME_FILES, [domain, JSON.stringify(theirs.map(toRow))])
    })
  }
  return named
}

function toSlices(forms: readonly PlacedForm[]): readonly (readonly PlacedForm[])[] {
  const slices: PlacedForm[][] = []
  for (let first = 0; first < SLICES; first += 1) {
    const every = forms.filter((_, index) => index % SLICES === first)
    for (let at = 0; at < every.length; at += SLICE_FORMS) slices.push(every.slice(at, at + SLICE_FORMS))
  }
  return slices
}
