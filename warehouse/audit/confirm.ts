/** A closer look at documents that may differ: every column, at a moment that the truth and the copy share. */
import {
  Problem,
  waitForConsumer,
  type Log,
  type Postgres,
  type WarehouseClient,
} from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '../contract.ts'
import { auditPostponed } from '../problems.ts'
import type { Difference } from './difference.ts'
import { toExpected } from './expected-rows.ts'
import { judge, type FoundDocument } from './judge.ts'
import type { Audited, DocumentVersion, Originals } from './originals.ts'
import { readRows, type FoundRow } from './read-warehouse.ts'

export interface AuditStores {
  readonly postgres: Postgres
  readonly warehouse: WarehouseClient
  readonly originals: Originals
  readonly log: Log
  /** How long to wait for the loader before a difference counts as one; 10 s unless told. */
  readonly waitMs?: number | undefined
  /** Whether what a loader that is behind still owes counts as missing. Else the audit is put off: what waits needs no repair. */
  readonly countsOwed: boolean
}

export interface Place {
  readonly domain: string
  readonly what: Audited
}

const WAIT_MS = 10_000
/** Documents of one look; each may have some 10 kB on either side. */
const PAGE = 500

/**
 * Returns when everything committed so far is in the warehouse.
 * @throws WAREHOUSE_AUDIT_POSTPONED when the loader does not get there in time, unless what it owes counts
 */
export async function settle({ postgres, waitMs = WAIT_MS, countsOwed }: AuditStores): Promise<void> {
  try {
    await waitForConsumer(postgres, LOADER_CONSUMER, { timeoutMs: waitMs })
  } catch (error) {
    const isLate = error instanceof Problem && error.code.startsWith('PLATFORM_FEED_CONSUMER_')
    if (!isLate) throw error
    if (!countsOwed) throw auditPostponed({ waitMs }, error)
  }
}

/** One look at some documents: what is there, and what is wrong with those that did not change meanwhile. */
export interface Look {
  readonly differences: readonly Difference[]
  /** Looked at and found right, with the digest of all their rows. */
  readonly right: readonly { readonly id: string; readonly version: number; readonly digest: bigint }[]
}

/**
 * Only what stays as it is counts: the truth is read before and after the copy, and a document that changed in between is left to
 * the next pass. Whoever wrote last wins by version, here as in every report.
 * @param isStrict the rows were right at these versions, and have changed.
 */
export async function look(
  stores: AuditStores,
  place: Place,
  ids: readonly string[],
  isStrict = false,
): Promise<Look> {
  const differences: Difference[] = []
  const right: { id: string; version: number; digest: bigint }[] = []
  const before = await readTruth(stores, place, ids)
  await settle(stores)
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE)
    const found = await readFound(stores, place, page)
    const events = await readEvents(stores, place, page)
    const after = await readTruth(stores, place, page)
    const expected = toExpected(place.what, events)
    for (const id of page) {
      const version = after.get(id)
      const should = expected.get(id)
      // Changed meanwhile, or of a shape that the loader parks: neither can be compared.
      if (before.get(id) !== version || should?.version !== version) continue
      const has = found.get(id) ?? {}
      const difference = judge({ ...place, id }, should, has, isStrict)
      if (difference !== null) differences.push(difference)
      else if (version !== undefined) right.push({ id, version, digest: digestOf(has) })
    }
  }
  return { differences, right }
}

function digestOf(found: FoundDocument): bigint {
  const rows: FoundRow[] = Object.values(found).flat()
  return rows.reduce((all, row) => all ^ BigInt(row.audit_digest), 0n)
}

async function readTruth(
  { postgres, originals }: AuditStores,
  { domain, what }: Place,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(ids)
  const versions: readonly DocumentVersion[] =
    what === 'workers'
      ? await originals.readWorkerVersions(postgres, domain)
      : await originals.readVersions(postgres, { domain, what, ids })
  return new Map(versions.flatMap(({ id, version }) => (wanted.has(id) ? [[id, version] as const] : [])))
}

function readEvents({ postgres, originals }: AuditStores, { domain, what }: Place, ids: readonly string[]) {
  return what === 'workers'
    ? originals.readWorkerEvents(postgres, domain, ids)
    : originals.readDocumentEvents(postgres, { domain, what, ids })
}

async function readFound(
  { warehouse }: AuditStores,
  { domain, what }: Place,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundDocument>> {
  const tables = what === 'cases' ? (['cases', 'case_facts', 'case_changes'] as const) : ([what] as const)
  const asked = { domain, ids }
  const read = await Promise.all(
    tables.map(async (table) => [table, await readRows(warehouse, table, asked)] as const),
  )
  return new Map(
    ids.map((id) => [id, Object.fromEntries(read.map(([table, rows]) => [table, rows.get(id) ?? []]))]),
  )
}
