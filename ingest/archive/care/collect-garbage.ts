/** Removes what nothing points to: first the row, then the object, so that a row never names what is not there. */
import type { Postgres } from '#infra/platform/contract.ts'
import type { ArchiveSettings } from '../settings.ts'
import { MARK_NAME } from '../store/claim-store.ts'
import type { ObjectStore } from '../store/object-store.ts'

export interface CollectedGarbage {
  /** Objects whose every member is gone. */
  readonly dead_objects: number
  /** Objects that no row named: left by a crash between storing and naming. */
  readonly unnamed_objects: number
  readonly bytes: number
}

/** One look into two indexes an object. Foreign keys refuse what would be wrong. */
const FORGET_DEAD = `
delete from ingest.archive_objects o
where o.stored_at < now() - make_interval(secs => $1)
  and not exists (select 1 from ingest.forms f where f.archive_object = o.object_id)
  and not exists (select 1 from ingest.form_attachments a where a.archive_object = o.object_id)
returning o.name, o.bytes`

/** No object needs it, and it is not the domain's last, which the next one may use. */
const FORGET_DICTIONARIES = `
delete from ingest.archive_dictionaries d
where not exists (select 1 from ingest.archive_objects o where o.dictionary_id = d.dictionary_id)
  and exists (select 1 from ingest.archive_dictionaries n where n.domain = d.domain and n.dictionary_id > d.dictionary_id)`

/** Names asked about at once. */
const PAGE = 1_000

export async function collectGarbage(options: {
  readonly postgres: Postgres
  readonly store: ObjectStore
  readonly settings: ArchiveSettings
}): Promise<CollectedGarbage> {
  const { postgres, store, settings } = options
  const { rows: dead } = await postgres.pool.query<{ name: string; bytes: number }>(FORGET_DEAD, [
    settings.graceSeconds,
  ])
  for (const { name } of dead) await store.delete(name)
  await postgres.pool.query(FORGET_DICTIONARIES)
  let unnamed = 0
  let bytes = dead.reduce((sum, object) => sum + object.bytes, 0)
  for await (const { name, bytes: size } of findUnnamed(options)) {
    await store.delete(name)
    unnamed += 1
    bytes += size
  }
  return { dead_objects: dead.length, unnamed_objects: unnamed, bytes }
}

interface Unnamed {
  readonly name: string
  readonly bytes: number
}

/** Objects that no row names, older than the grace. */
export async function* findUnnamed(options: {
  readonly postgres: Postgres
  readonly store: ObjectStore
  readonly settings: ArchiveSettings
}): AsyncGenerator<Unnamed> {
  const { postgres, store, settings } = options
  const before = Date.now() - settings.graceSeconds * 1_000
  let page: Unnamed[] = []
  for await (const { name, bytes, modifiedAt } of store.list('')) {
    if (name === MARK_NAME || modifiedAt.getTime() > before) continue
    page.push({ name, bytes })
    if (page.length < PAGE) continue
    yield* await withoutNamed(postgres, page)
    page = []
  }
  yield* await withoutNamed(postgres, page)
}

async function withoutNamed({ pool }: Postgres, page: readonly Unnamed[]): Promise<readonly Unnamed[]> {
  if (page.length === 0) return []
  const { rows } = await pool.query<{ name: string }>(
    'select name from ingest.archive_objects where name = any($1::text[])',
    [page.map((object) => object.name)],
  )
  const named = new Set(rows.map((row) => row.name))
  return page.filter((object) => !named.has(object.name))
}
