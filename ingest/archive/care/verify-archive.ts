/** Reads every object whole and compares it, member by member, with what Postgres says. Reads only. */
import { createHash } from 'node:crypto'
import type { Postgres } from '#infra/platform/contract.ts'
import { Problem } from '#infra/platform/index.ts'
import { scanObject } from '../format/object.ts'
import type { ScannedMember } from '../format/object.ts'
import type { ArchiveSettings } from '../settings.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { findUnnamed } from './collect-garbage.ts'

export interface ArchiveFault {
  readonly kind: 'object-missing' | 'object-damaged' | 'member-damaged' | 'member-missing' | 'object-unnamed'
  readonly object: string
  /** Of a member: where it should begin. */
  readonly offset: number | null
  /** Of a member that a form or one of its files is kept in. */
  readonly form_id: string | null
}

export interface ArchiveVerification {
  readonly objects: number
  readonly bytes: number
  /** Forms and files whose bytes hash to what Postgres says. */
  readonly members: number
  /** At most `LISTED_FAULTS` of them. */
  readonly faults: readonly ArchiveFault[]
  readonly faults_total: number
}

/** More would fill an answer, and help nobody: whole objects are brought back. */
export const LISTED_FAULTS = 1_000

interface ObjectRow {
  readonly object_id: number
  readonly name: string
  readonly sha256: Buffer
}

interface NamedMember {
  readonly form_id: string
  readonly at: number
  readonly bytes: number
  readonly md5: string
}

const MEMBERS = `
select form_id, archive_offset as at, archive_bytes as bytes, encode(xml_md5, 'hex') as md5
from ingest.forms where archive_object = $1
union all
select form_id, archive_offset, archive_bytes, encode(md5, 'hex') from ingest.form_attachments where archive_object = $1`

export interface VerifyOptions {
  readonly postgres: Postgres
  readonly store: ObjectStore
  readonly settings: ArchiveSettings
  /** Told after each object. */
  readonly onProgress?: ((done: { readonly objects: number; readonly bytes: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * One object in memory at a time.
 * @throws INGEST_ARCHIVE_STORE_UNREACHABLE, …_STORE_REFUSED: nothing can be said then
 */
export async function verifyArchive(options: VerifyOptions): Promise<ArchiveVerification> {
  const { postgres, store, onProgress, signal } = options
  const found = { objects: 0, bytes: 0, members: 0, faults_total: 0 }
  const faults: ArchiveFault[] = []
  const report = (fault: ArchiveFault): void => {
    found.faults_total += 1
    if (faults.length < LISTED_FAULTS) faults.push(fault)
  }
  for await (const object of readObjects(postgres)) {
    if (signal?.aborted) break
    const checked = await verifyObject(postgres, store, object, report)
    found.objects += 1
    found.bytes += checked.bytes
    found.members += checked.members
    onProgress?.({ objects: found.objects, bytes: found.bytes })
  }
  for await (const { name } of findUnnamed(options)) {
    report({ kind: 'object-unnamed', object: name, offset: null, form_id: null })
  }
  return { ...found, faults }
}

const PAGE = 100

async function* readObjects({ pool }: Postgres): AsyncGenerator<ObjectRow> {
  let after = 0
  for (;;) {
    const { rows } = await pool.query<ObjectRow>(
      'select object_id, name, sha256 from ingest.archive_objects where object_id > $1 order by object_id limit $2',
      [after, PAGE],
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.object_id
  }
}

async function verifyObject(
  { pool }: Postgres,
  store: ObjectStore,
  { object_id, name, sha256 }: ObjectRow,
  report: (fault: ArchiveFault) => void,
): Promise<{ readonly bytes: number; readonly members: number }> {
  const { rows: named } = await pool.query<NamedMember>(MEMBERS, [object_id])
  const bytes = await readOrNull(store, name)
  if (bytes === null) {
    // Archived anew and removed while we looked.
    if (named.length > 0) report({ kind: 'object-missing', object: name, offset: null, form_id: null })
    return { bytes: 0, members: 0 }
  }
  const scanned = await scanWhole(name, bytes)
  const isWhole = createHash('sha256').update(bytes).digest().equals(sha256)
  if (!isWhole) report({ kind: 'object-damaged', object: name, offset: null, form_id: null })
  let members = 0
  for (const { form_id, at, bytes: length, md5 } of named) {
    const kind = judge(scanned.get(at), length, md5)
    if (kind === 'good') members += 1
    else report({ kind, object: name, offset: at, form_id })
  }
  return { bytes: bytes.byteLength, members }
}

interface FoundMember {
  readonly bytes: number
  /** Null when it cannot be read. */
  readonly md5: string | null
}

function judge(
  found: FoundMember | undefined,
  bytes: number,
  md5: string,
): 'good' | 'member-missing' | 'member-damaged' {
  if (found === undefined || found.bytes !== bytes) return 'member-missing'
  return found.md5 === md5 ? 'good' : 'member-damaged'
}

/** What can be read of an object, by offset; behind a damaged length nothing can. */
async function scanWhole(name: string, bytes: Buffer): Promise<ReadonlyMap<number, FoundMember>> {
  const found = new Map<number, FoundMember>()
  try {
    for await (const scanned of scanObject(name, bytes)) found.set(scanned.offset, toFound(scanned))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
  return found
}

function toFound({ bytes, member }: ScannedMember): FoundMember {
  return { bytes, md5: member === null ? null : createHash('md5').update(member.content).digest('hex') }
}

async function readOrNull(store: ObjectStore, name: string): Promise<Buffer | null> {
  try {
    return await store.read(name)
  } catch (error) {
    if (error instanceof Problem && error.code === 'INGEST_ARCHIVE_OBJECT_MISSING') return null
    throw error
  }
}
