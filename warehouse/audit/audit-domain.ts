/** One domain: forms and cases by hour, the tables of cases with each other, and the workers. */
import { auditAll, auditRecent, type HoursFound, type VerifyBudget } from './audit-hours.ts'
import { look, settle, type AuditStores } from './confirm.ts'
import { CASE_COPIES, documentOf, type CaseCopy, type Difference } from './difference.ts'
import { differingIds } from './fingerprints.ts'
import { compareCopies, readWorkerVersions, type CopyDifference } from './read-warehouse.ts'

export interface DomainFound {
  readonly forms: number
  readonly cases: number
  readonly workers: number
  readonly hours: number
  readonly verified: number
  readonly differences: readonly Difference[]
}

/** Above this, workers are compared by version alone. */
const MOST_VERIFIED_WORKERS = 20_000

/** @param since an hour, to compare only what stands in it or later, by versions */
export async function auditDomain(
  stores: AuditStores,
  domain: string,
  scope: { readonly since: string } | { readonly budget: VerifyBudget },
): Promise<DomainFound> {
  const hoursOf = (what: 'forms' | 'cases'): Promise<HoursFound> =>
    'since' in scope
      ? auditRecent(stores, { domain, what }, scope.since)
      : auditAll(stores, { domain, what }, scope.budget)
  const forms = await hoursOf('forms')
  const cases = await hoursOf('cases')
  const differences = [...forms.differences, ...cases.differences]
  const found = { hours: forms.hours + cases.hours, forms: forms.documents, cases: cases.documents }
  if ('since' in scope) {
    return { ...found, workers: 0, verified: forms.verified + cases.verified, differences }
  }
  const named = new Set(differences.flatMap(({ what, id }) => (documentOf(what) === 'cases' ? [id] : [])))
  for (const copied of CASE_COPIES) {
    for (const one of await compareTwice(stores, domain, copied)) {
      if (named.has(one.id)) continue
      named.add(one.id)
      differences.push(toDifference(domain, copied, one))
    }
  }
  const workers = await auditWorkers(stores, domain)
  return {
    ...found,
    workers: workers.workers,
    verified: forms.verified + cases.verified + workers.verified,
    differences: [...differences, ...workers.differences],
  }
}

async function auditWorkers(stores: AuditStores, domain: string) {
  const place = { domain, what: 'workers' } as const
  const there = await stores.originals.readWorkerVersions(stores.postgres, domain)
  const here = await readWorkerVersions(stores.warehouse, domain)
  const ids =
    there.length <= MOST_VERIFIED_WORKERS
      ? [...new Set([...there, ...here].map(({ id }) => id))]
      : differingIds(there, here)
  if (ids.length === 0) return { workers: there.length, verified: 0, differences: [] }
  const { differences, right } = await look(stores, place, ids)
  return { workers: there.length, verified: differences.length + right.length, differences }
}

/** A row comes into the tables of cases one after the other: only what differs alike a while later is a difference. */
async function compareTwice(
  stores: AuditStores,
  domain: string,
  copied: CaseCopy,
): Promise<readonly CopyDifference[]> {
  const suspects = await compareCopies(stores.warehouse, domain, copied)
  if (suspects.length === 0) return []
  await settle(stores)
  const print = ({ id, version, found }: CopyDifference) => `${id} ${version} ${found}`
  const known = new Set(suspects.map(print))
  const again = await compareCopies(stores.warehouse, domain, copied)
  return again.filter((one) => known.has(print(one)))
}

function toDifference(domain: string, what: CaseCopy, { id, version, found }: CopyDifference): Difference {
  const kind = found === 0 ? 'missing' : version === 0 ? 'extra' : 'stale'
  return {
    domain,
    what,
    id,
    kind,
    expected_version: version || null,
    found_version: found || null,
    must_remove: found > version,
  }
}
