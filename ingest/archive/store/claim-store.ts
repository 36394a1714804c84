import type { Postgres } from '#infra/platform/contract.ts'
import { Problem } from '#infra/platform/index.ts'
import { z } from 'zod'
import { storeForeign } from '../problems.ts'
import type { ObjectStore } from './object-store.ts'

/** Says whose objects these are. */
export const MARK_NAME = 'archive.json'

const Mark = z.object({ archive_id: z.string() })

async function readMark(store: ObjectStore): Promise<string | undefined> {
  try {
    return Mark.parse(JSON.parse((await store.read(MARK_NAME)).toString())).archive_id
  } catch (error) {
    if (error instanceof Problem && error.code === 'INGEST_ARCHIVE_OBJECT_MISSING') return undefined
    // A folder that is not there yet is made with the first object.
    if (error instanceof Problem && error.details['code'] === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Before anything is written or removed: the store is ours, or empty and we have nothing in it.
 * @throws INGEST_ARCHIVE_STORE_FOREIGN
 */
export async function claimStore(
  { postgres: { pool }, store }: { readonly postgres: Postgres; readonly store: ObjectStore },
  archiveId: string,
): Promise<void> {
  const found = await readMark(store)
  if (found === archiveId) return
  const { rows } = await pool.query('select 1 from ingest.archive_objects limit 1')
  const isUsed = rows.length > 0
  if (found !== undefined || isUsed || (await holdsObjects(store))) throw storeForeign({ place: store.place })
  await store.put(MARK_NAME, Buffer.from(JSON.stringify({ archive_id: archiveId })))
}

async function holdsObjects(store: ObjectStore): Promise<boolean> {
  for await (const { name } of store.list('')) if (name.endsWith('.cho')) return true
  return false
}
