/**
 * Reconciliation: what Postgres holds and what the warehouse shows, compared by domain and hour, down to the document. Forms
 * and cases differ when an id is missing, extra, or of another version; a repair sends the events again, or removes.
 */
import {
  Problem,
  repeatEvents,
  waitForConsumer,
  type Log,
  type Postgres,
  type Topic,
  type WarehouseClient,
} from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '../contract.ts'
import * as copy from './read-warehouse.ts'

export const AUDITED = ['forms', 'cases'] as const
export type Audited = (typeof AUDITED)[number]

export interface HourFingerprint {
  readonly hour: string
  readonly documents: number
  readonly checksum: string
}

export interface DocumentVersion {
  readonly id: string
  readonly version: number
}

/** What `#ingest/index.ts` exports of `ingest/read/fingerprints.ts`: given by the caller, for rooms meet only there. */
export interface Originals {
  readFingerprints(postgres: Postgres, domain: string, what: Audited): Promise<readonly HourFingerprint[]>
  readVersionsOfHours(
    postgres: Postgres,
    asked: { readonly domain: string; readonly what: Audited; readonly hours: readonly string[] },
  ): Promise<readonly DocumentVersion[]>
  readVersions(
    postgres: Postgres,
    asked: { readonly domain: string; readonly what: Audited; readonly ids: readonly string[] },
  ): Promise<readonly DocumentVersion[]>
}

export interface Difference {
  readonly domain: string
  readonly what: Audited
  readonly id: string
  readonly kind: 'missing' | 'extra' | 'stale'
  /** Null where there is none. */
  readonly expected_version: number | null
  readonly found_version: number | null
}

export interface AuditReport {
  readonly domains: number
  readonly forms: number
  readonly cases: number
  readonly differences: readonly Difference[]
  /** Ids whose events were sent again, or whose extra rows were removed. */
  readonly repaired: number
  /** Differences of which the outbox holds no event any more: rebuild the document in ingest to make a new one. */
  readonly unrepaired: number
}

export interface AuditOptions {
  readonly postgres: Postgres
  readonly warehouse: WarehouseClient
  readonly originals: Originals
  readonly domains: readonly string[]
  readonly repair: boolean
  readonly log: Log
  /** How long to wait for the loader before a difference counts as one; 10 s unless told. */
  readonly waitMs?: number | undefined
}

const TOPIC_OF: Readonly<Record<Audited, Topic>> = { forms: 'form-events.v1', cases: 'case-events.v1' }
const WAIT_MS = 10_000

/** Two passes a domain over either side; documents are compared one by one only in hours that differ. */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const differences: Difference[] = []
  const counted = { forms: 0, cases: 0 }
  let repaired = 0
  for (const domain of options.domains) {
    for (const what of AUDITED) {
      const found = await auditDomain(options, domain, what)
      counted[what] += found.documents
      differences.push(...found.differences)
      if (options.repair) repaired += await repair(options, domain, what, found.differences)
    }
  }
  for (const { id: document_id, ...difference } of differences) {
    options.log.warn({ ...difference, document_id }, 'audit difference')
  }
  const unrepaired = options.repair ? differences.length - repaired : differences.length
  return { domains: options.domains.length, ...counted, differences, repaired, unrepaired }
}

async function auditDomain(
  { postgres, warehouse, originals, waitMs = WAIT_MS }: AuditOptions,
  domain: string,
  what: Audited,
): Promise<{ readonly documents: number; readonly differences: readonly Difference[] }> {
  const expected = await originals.readFingerprints(postgres, domain, what)
  const documents = expected.reduce((all, hour) => all + hour.documents, 0)
  const hours = differingHours(expected, await copy.readFingerprints(warehouse, domain, what))
  if (hours.length === 0) return { documents, differences: [] }
  const [there, here] = await Promise.all([
    originals.readVersionsOfHours(postgres, { domain, what, hours }),
    copy.readVersionsOfHours(warehouse, { domain, what, hours }),
  ])
  const suspects = compare(there, here, { domain, what })
  if (suspects.length === 0) return { documents, differences: [] }
  // Written since the first look, or still under way: let the loader pass this moment and look again.
  await waitForLoader(postgres, waitMs)
  const ids = suspects.map((suspect) => suspect.id)
  const copies = await copy.readVersions(warehouse, { domain, what, ids })
  const truths = await originals.readVersions(postgres, { domain, what, ids })
  return { documents, differences: compare(truths, copies, { domain, what }) }
}

/** A loader that is behind, or has never run, is no fault here: what it owes is a difference. */
async function waitForLoader(postgres: Postgres, timeoutMs: number): Promise<void> {
  try {
    await waitForConsumer(postgres, LOADER_CONSUMER, { timeoutMs })
  } catch (error) {
    const isLate = error instanceof Problem && error.code.startsWith('PLATFORM_FEED_CONSUMER_')
    if (!isLate) throw error
  }
}

/** Pure: hours that one side lacks or that differ in number or checksum. */
export function differingHours(
  expected: readonly HourFingerprint[],
  found: readonly HourFingerprint[],
): readonly string[] {
  const print = ({ documents, checksum }: HourFingerprint) => `${documents} ${checksum}`
  const expectedBy = new Map(expected.map((hour) => [hour.hour, print(hour)]))
  const foundBy = new Map(found.map((hour) => [hour.hour, print(hour)]))
  const hours = new Set([...expectedBy.keys(), ...foundBy.keys()])
  return [...hours].filter((hour) => expectedBy.get(hour) !== foundBy.get(hour)).sort()
}

/** Pure: what `found` lacks, has too much, or has in another version. */
export function compare(
  expected: readonly DocumentVersion[],
  found: readonly DocumentVersion[],
  place: { readonly domain: string; readonly what: Audited },
): readonly Difference[] {
  const foundBy = new Map(found.map((row) => [row.id, row.version]))
  const expectedBy = new Map(expected.map((row) => [row.id, row.version]))
  const absent = expected.flatMap(({ id, version }): Difference[] => {
    const has = foundBy.get(id)
    if (has === version) return []
    const kind = has === undefined ? 'missing' : 'stale'
    return [{ ...place, id, kind, expected_version: version, found_version: has ?? null }]
  })
  const extra = found
    .filter((row) => !expectedBy.has(row.id))
    .map((row): Difference => ({
      ...place,
      id: row.id,
      kind: 'extra',
      expected_version: null,
      found_version: row.version,
    }))
  return [...absent, ...extra]
}

async function repair(
  { postgres, warehouse }: AuditOptions,
  domain: string,
  what: Audited,
  differences: readonly Difference[],
): Promise<number> {
  const removed = differences.filter((difference) => difference.kind === 'extra').map(({ id }) => id)
  // A version ahead of the truth would win over the event sent again, so it goes first.
  const ahead = differences
    .filter(
      ({ expected_version: expected, found_version: found }) =>
        expected !== null && found !== null && found > expected,
    )
    .map(({ id }) => id)
  const ids = [...removed, ...ahead]
  if (ids.length > 0) await copy.removeDocuments(warehouse, { domain, what, ids })
  const eventKeys = differences.filter((difference) => difference.kind !== 'extra').map(({ id }) => id)
  const repeated = await repeatEvents(postgres, { topic: TOPIC_OF[what], domain, eventKeys })
  return removed.length + repeated.length
}
