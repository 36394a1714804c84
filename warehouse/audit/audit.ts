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
import { AUDITED, type Audited } from './read-warehouse.ts'
import { createRemovalRequests, type Remove } from './removal.ts'

export type { Audited } from './read-warehouse.ts'

export interface HourFingerprint {
  readonly hour: string
  readonly documents: number
  readonly checksum: string
}

export interface DocumentVersion {
  readonly id: string
  readonly version: number
}

/** What `#ingest/index.ts` exports of `ingest/read/`: given by the caller, for rooms meet only there. */
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
  /** Sends documents into the stream as they are held, for the outbox has forgotten them. @returns the ids it knew. */
  repeatDocuments(
    postgres: Postgres,
    asked: { readonly domain: string; readonly what: Audited; readonly ids: readonly string[] },
  ): Promise<readonly string[]>
}

export interface Difference {
  readonly domain: string
  /** `case_facts`, `case_changes`: the case is right in `cases` and not there. */
  readonly what: Audited | copy.CaseCopy
  readonly id: string
  readonly kind: 'missing' | 'extra' | 'stale'
  /** Null where there is none. Of `case_changes`, the number of changes, which is the version of the case. */
  readonly expected_version: number | null
  readonly found_version: number | null
}

export interface AuditReport {
  readonly domains: number
  readonly forms: number
  readonly cases: number
  readonly differences: readonly Difference[]
  /** Differences whose events were sent again, or whose extra rows were removed. */
  readonly repaired: number
  readonly unrepaired: number
  /** After a repair: differences that were still there when the loader had been given the time to pass. */
  readonly remaining?: number
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
  /** How what is too much is removed; the loader is asked to unless told. */
  readonly remove?: Remove | undefined
}

const TOPIC_OF: Readonly<Record<Audited, Topic>> = { forms: 'form-events.v1', cases: 'case-events.v1' }
const WAIT_MS = 10_000

/** Two passes a domain over either side; documents are compared one by one only in hours that differ. */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const first = await auditDomains(options)
  for (const { id: document_id, ...difference } of first.differences) {
    options.log.warn({ ...difference, document_id }, 'audit difference')
  }
  const report = {
    domains: options.domains.length,
    ...first,
    repaired: 0,
    unrepaired: first.differences.length,
  }
  if (!options.repair) return report
  const repaired = await repairAll(options, first.differences)
  const unrepaired = first.differences.length - repaired
  if (repaired === 0) return { ...report, unrepaired, remaining: unrepaired }
  await waitForLoader(options.postgres, options.waitMs ?? WAIT_MS)
  const again = await auditDomains(options)
  return { ...report, repaired, unrepaired, remaining: again.differences.length }
}

type Findings = Pick<AuditReport, 'forms' | 'cases' | 'differences'>

async function auditDomains(options: AuditOptions): Promise<Findings> {
  const differences: Difference[] = []
  const counted = { forms: 0, cases: 0 }
  for (const domain of options.domains) {
    for (const what of AUDITED) {
      const found = await auditDomain(options, domain, what)
      counted[what] += found.documents
      differences.push(...found.differences)
    }
    const wrong = new Set(differences.filter((one) => one.domain === domain).map(({ id }) => id))
    for (const copied of copy.CASE_COPIES) {
      const found = await compareTwice(options, domain, copied)
      for (const { id, version, found: has } of found) {
        if (wrong.has(id)) continue
        const kind = has === 0 ? 'missing' : version === 0 ? 'extra' : 'stale'
        const versions = { expected_version: version || null, found_version: has || null }
        differences.push({ domain, what: copied, id, kind, ...versions })
        wrong.add(id)
      }
    }
  }
  return { ...counted, differences }
}

/** A row comes into the tables of cases one after the other: only what differs alike a while later is a difference. */
async function compareTwice(
  { postgres, warehouse, waitMs = WAIT_MS }: AuditOptions,
  domain: string,
  copied: copy.CaseCopy,
): Promise<readonly copy.CopyDifference[]> {
  const suspects = await copy.compareCopies(warehouse, domain, copied)
  if (suspects.length === 0) return []
  await waitForLoader(postgres, waitMs)
  const print = ({ id, version, found }: copy.CopyDifference) => `${id} ${version} ${found}`
  const known = new Set(suspects.map(print))
  const again = await copy.compareCopies(warehouse, domain, copied)
  return again.filter((one) => known.has(print(one)))
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

const documentOf = (what: Difference['what']): Audited => (what === 'forms' ? 'forms' : 'cases')

/** @returns how many of the differences something was done about. */
async function repairAll(options: AuditOptions, differences: readonly Difference[]): Promise<number> {
  let repaired = 0
  for (const domain of options.domains) {
    for (const what of AUDITED) {
      const these = differences.filter((one) => one.domain === domain && documentOf(one.what) === what)
      repaired += await repair(options, { domain, what }, these)
    }
  }
  return repaired
}

async function repair(
  { postgres, warehouse, originals, waitMs = WAIT_MS, remove }: AuditOptions,
  { domain, what }: { readonly domain: string; readonly what: Audited },
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
  const removeRows = remove ?? createRemovalRequests({ postgres, warehouse, waitMs })
  if (ids.length > 0) await removeRows({ domain, what, ids })
  const lost = differences.filter((difference) => difference.kind !== 'extra').map(({ id }) => id)
  const repeated = await repeatEvents(postgres, { topic: TOPIC_OF[what], domain, eventKeys: lost })
  // The outbox may hold the first events of a document and not the last, so all that it says is not all that there was.
  const known = await originals.repeatDocuments(postgres, { domain, what, ids: lost })
  return removed.length + new Set([...repeated, ...known]).size
}
