/**
 * Reconciliation: what Postgres holds and what the warehouse shows, compared by domain and hour, down to the document and to every
 * column of its rows. A repair sends the events again, or removes.
 */
import { auditDomain, type DomainFound } from './audit-domain.ts'
import { createBudget, type VerifyBudget } from './audit-hours.ts'
import { look, settle } from './confirm.ts'
import { documentOf, type Difference } from './difference.ts'
import { repairAll, type RepairOptions, type Unrepaired } from './repair.ts'

export interface AuditOptions extends Omit<RepairOptions, 'countsOwed'> {
  readonly domains: readonly string[]
  readonly repair: boolean
  /** See `AuditStores`; true unless told. */
  readonly countsOwed?: boolean | undefined
  /** An hour, `2024-03-01T08`: only what stands in it or later is compared, by ids and versions. */
  readonly since?: string | undefined
  /** How many documents may be compared column by column, and what came of that; all that need it unless told. */
  readonly budget?: VerifyBudget | undefined
  /** Given up before the next domain. */
  readonly signal?: AbortSignal | undefined
  /** Of what was found, what a repair shall be tried on; all unless told. */
  readonly mayRepair?: ((difference: Difference) => boolean) | undefined
}

export interface AuditReport {
  readonly domains: number
  readonly forms: number
  readonly cases: number
  readonly workers: number
  /** Hours of forms and of cases that were compared. */
  readonly hours: number
  /** Documents of which every column was compared; the others by version and by the seal of their hour. */
  readonly verified: number
  readonly differences: readonly Difference[]
  /** Differences whose events were sent again, or whose extra rows were removed. */
  readonly repaired: number
  readonly unrepaired: number
  /** After a repair: differences that were still there when the loader had been given the time to pass. */
  readonly remaining?: number
  /** After a repair: which, and why. */
  readonly reasons?: readonly Unrepaired[]
}

/** Lines of the log of one audit; a lost hour may have thousands of documents. */
const MOST_TOLD = 100

/** Sent again, or removed, and still not as it should be. */
const STILL_DIFFERENT = 'WAREHOUSE_AUDIT_STILL_DIFFERENT'
/** Tried before without success; tried again later. */
const GIVEN_UP = 'WAREHOUSE_AUDIT_GIVEN_UP'

/**
 * Compares, and repairs where asked. Cost: two passes over ids and versions a domain, one over its rows' bytes in the warehouse, and
 * one parse of each form that no seal vouches for.
 * @throws WAREHOUSE_AUDIT_POSTPONED
 */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const stores = { ...options, countsOwed: options.countsOwed ?? true }
  const found = await auditDomains({ ...options, ...stores })
  for (const { id: document_id, must_remove: _, ...difference } of found.differences.slice(0, MOST_TOLD)) {
    options.log.warn({ ...difference, document_id }, 'audit difference')
  }
  const report = { ...found, repaired: 0, unrepaired: found.differences.length }
  if (!options.repair) return report
  const { mayRepair = () => true } = options
  const tried = found.differences.filter(mayRepair)
  const left = found.differences.filter((difference) => !mayRepair(difference))
  const failed = await repairAll(stores, tried)
  const failedOnes = new Set(failed.map(({ difference }) => difference))
  const sent = tried.filter((difference) => !failedOnes.has(difference))
  const reasons = [...left.map((difference) => ({ difference, reason: GIVEN_UP })), ...failed]
  const still = (await lookAgain(stores, sent)).map((difference) => ({
    difference,
    reason: STILL_DIFFERENT,
  }))
  return {
    ...report,
    repaired: sent.length,
    unrepaired: reasons.length,
    remaining: reasons.length + still.length,
    reasons: [...reasons, ...still],
  }
}

async function auditDomains(
  options: AuditOptions & RepairOptions,
): Promise<Omit<AuditReport, 'repaired' | 'unrepaired'>> {
  const { budget = createBudget(Number.POSITIVE_INFINITY) } = options
  const scope = options.since === undefined ? { budget } : { since: options.since }
  const found: DomainFound[] = []
  for (const domain of options.domains) {
    options.signal?.throwIfAborted()
    found.push(await auditDomain(options, domain, scope))
  }
  const sum = (name: 'forms' | 'cases' | 'workers' | 'hours' | 'verified') =>
    found.reduce((all, one) => all + one[name], 0)
  return {
    domains: options.domains.length,
    forms: sum('forms'),
    cases: sum('cases'),
    workers: sum('workers'),
    hours: sum('hours'),
    verified: sum('verified'),
    differences: found.flatMap((one) => one.differences),
  }
}

/** The same documents once more, when the loader has passed. */
async function lookAgain(
  stores: RepairOptions,
  differences: readonly Difference[],
): Promise<readonly Difference[]> {
  if (differences.length === 0) return []
  await settle(stores)
  const groups = Map.groupBy(differences, ({ domain, what }) => JSON.stringify([domain, documentOf(what)]))
  const still: Difference[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    const place = { domain: first.domain, what: documentOf(first.what) }
    const ids = [...new Set(group.map(({ id }) => id))]
    still.push(...(await look(stores, place, ids)).differences)
  }
  return still
}
