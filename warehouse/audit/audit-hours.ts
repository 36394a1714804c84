/** Forms and cases of one domain, hour by hour: by versions on every pass, by contents where an hour is not sealed. */
import { createHash } from 'node:crypto'
import { look, type AuditStores, type Look } from './confirm.ts'
import type { Difference } from './difference.ts'
import { differingHours, differingIds } from './fingerprints.ts'
import type { AuditedByHour, HourFingerprint } from './originals.ts'
import {
  readContents,
  readFingerprints,
  readVersionsOfHours,
  type ContentFingerprint,
} from './read-warehouse.ts'
import { pruneSeals, readSeals, writeSeals } from './seals.ts'

export interface HoursPlace {
  readonly domain: string
  readonly what: AuditedByHour
}

/** How many documents may still be compared column by column in this pass; what is left waits for the next. */
export interface VerifyBudget {
  documents: number
  /** Milliseconds that went into hours that no seal had vouched for before. */
  firstSealsMs: number
  /** Documents of such hours that the pass had no room for. */
  unsealed: number
}

export const createBudget = (documents: number): VerifyBudget => ({ documents, firstSealsMs: 0, unsealed: 0 })

export interface HoursFound {
  readonly hours: number
  readonly documents: number
  /** Compared column by column. */
  readonly verified: number
  readonly differences: readonly Difference[]
}

/** A longer hour is compared by ids and versions alone: its contents would have to be read in one go. */
const LONGEST_SEALED = 50_000
/** Documents of one look. */
const BATCH = 2_000

/** By ids and versions, from an hour on. */
export async function auditRecent(
  stores: AuditStores,
  place: HoursPlace,
  since: string,
): Promise<HoursFound> {
  const { domain, what } = place
  const expected = await stores.originals.readFingerprints(stores.postgres, domain, what, since)
  const found = await readFingerprints(stores.warehouse, domain, what, since)
  return toFound(expected, await lookAtHours(stores, place, differingHours(expected, found)))
}

/** Everything of the domain, by ids, versions and contents. */
export async function auditAll(
  stores: AuditStores,
  place: HoursPlace,
  budget: VerifyBudget,
): Promise<HoursFound> {
  const { domain, what } = place
  const seals = await readSeals(stores.postgres, place)
  const expected = await stores.originals.readFingerprints(stores.postgres, domain, what)
  const found = await readContents(stores.warehouse, domain, what)
  const odd = differingHours(expected, found)
  const looked = [await lookAtHours(stores, place, odd)]
  const isOdd = new Set(odd)
  const unsealed = found
    .filter((hour) => !isOdd.has(hour.hour) && !isSealed(hour, seals.get(hour.hour)))
    .sort(byUrgency(seals))
  for (const batch of toBatches(unsealed, budget, seals)) {
    const startedMs = performance.now()
    const { look: seen, firstShare } = await verifyHours(stores, place, batch, seals)
    looked.push(seen)
    budget.firstSealsMs += firstShare * (performance.now() - startedMs)
  }
  const known = new Set(expected.map(({ hour }) => hour))
  const gone = [...seals.keys()].filter((hour) => !known.has(hour))
  await pruneSeals(stores.postgres, place, gone)
  return toFound(expected, mergeLooks(looked))
}

function toFound(expected: readonly HourFingerprint[], { differences, right }: Look): HoursFound {
  return {
    hours: expected.length,
    documents: expected.reduce((all, hour) => all + hour.documents, 0),
    verified: right.length + differences.length,
    differences,
  }
}

function mergeLooks(looks: readonly Look[]): Look {
  return {
    differences: looks.flatMap((one) => one.differences),
    right: looks.flatMap((one) => one.right),
  }
}

const isSameVersions = (hour: HourFingerprint, seal: HourFingerprint | undefined) =>
  seal !== undefined && seal.documents === hour.documents && seal.checksum === hour.checksum

const isSealed = (hour: ContentFingerprint, seal: ContentFingerprint | undefined) =>
  isSameVersions(hour, seal) && seal?.content === hour.content

/** Hours whose contents changed under a seal come first: there something is wrong. Then the newest. */
function byUrgency(seals: ReadonlyMap<string, ContentFingerprint>) {
  const isBroken = (hour: ContentFingerprint) => Number(isSameVersions(hour, seals.get(hour.hour)))
  return (a: ContentFingerprint, b: ContentFingerprint) =>
    isBroken(b) - isBroken(a) || (a.hour < b.hour ? 1 : -1)
}

/** The documents of some hours whose ids or versions differ. */
async function lookAtHours(
  stores: AuditStores,
  { domain, what }: HoursPlace,
  hours: readonly string[],
): Promise<Look> {
  if (hours.length === 0) return { differences: [], right: [] }
  const asked = { domain, what, hours }
  const here = await readVersionsOfHours(stores.warehouse, asked)
  const there = await stores.originals.readVersionsOfHours(stores.postgres, asked)
  const ids = differingIds(there, here)
  return ids.length === 0 ? { differences: [], right: [] } : look(stores, { domain, what }, ids)
}

/** As many hours as one look takes, until the budget is spent; an hour is never cut. */
function toBatches(
  hours: readonly ContentFingerprint[],
  budget: VerifyBudget,
  seals: ReadonlyMap<string, ContentFingerprint>,
): readonly string[][] {
  const batches: string[][] = []
  let room = 0
  for (const { hour, documents } of hours) {
    if (documents > LONGEST_SEALED) continue
    if (budget.documents <= 0) {
      if (!seals.has(hour)) budget.unsealed += documents
      continue
    }
    budget.documents -= documents
    if (room < documents) {
      batches.push([])
      room = BATCH
    }
    batches.at(-1)?.push(hour)
    room -= documents
  }
  return batches
}

/**
 * Every column of every document of some hours; those of which all are right are sealed.
 * @returns beside what it saw: the share, 0 to 1, of documents whose hour was sealed and had not been before
 */
async function verifyHours(
  stores: AuditStores,
  place: HoursPlace,
  hours: readonly string[],
  seals: ReadonlyMap<string, ContentFingerprint>,
): Promise<{ readonly look: Look; readonly firstShare: number }> {
  const placed = await readVersionsOfHours(stores.warehouse, { ...place, hours })
  const idsOf = Map.groupBy(placed, (row) => row.hour)
  const lenient = await look(
    stores,
    place,
    placed.map(({ id }) => id),
  )
  const rightOnes = new Map(lenient.right.map((one) => [one.id, one]))
  const complete = [...idsOf].flatMap(([hour, rows]) => {
    const right = rows.flatMap(({ id }) => rightOnes.get(id) ?? [])
    return right.length === rows.length ? [toSeal(hour, right)] : []
  })
  // Right at a glance and yet not as they were when they were sealed: the states in between are looked at too.
  const altered = complete.filter((now) => isSameVersions(now, seals.get(now.hour)))
  const ids = altered.flatMap(({ hour }) => (idsOf.get(hour) ?? []).map(({ id }) => id))
  const strict = ids.length === 0 ? [] : (await look(stores, place, ids, true)).differences
  const wrong = new Set(strict.map(({ id }) => id))
  const sealed = complete.filter(({ hour }) => !(idsOf.get(hour) ?? []).some(({ id }) => wrong.has(id)))
  await writeSeals(stores.postgres, place, sealed)
  const first = sealed.reduce((all, { hour, documents }) => all + (seals.has(hour) ? 0 : documents), 0)
  return {
    look: { differences: [...lenient.differences, ...strict], right: lenient.right },
    firstShare: placed.length === 0 ? 0 : first / placed.length,
  }
}

function toSeal(hour: string, right: Look['right']): ContentFingerprint {
  const checksum = right.reduce((all, { id, version }) => {
    const digest = createHash('md5').update(`${id}:${version}`).digest('hex')
    return all ^ BigInt(`0x${digest.slice(0, 15)}`)
  }, 0n)
  const content = right.reduce((all, { digest }) => all ^ digest, 0n)
  return { hour, documents: right.length, checksum: String(checksum), content: String(content) }
}
