/** What is done about a difference: what is too much is removed, what is missing or wrong is sent again. Versions decide the rest. */
import { repeatEvents, type Topic } from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '../contract.ts'
import type { AuditStores } from './confirm.ts'
import { documentOf, type Difference } from './difference.ts'
import type { Audited } from './originals.ts'
import { createRemovalRequests, type Remove } from './removal.ts'

const TOPIC_OF: Readonly<Record<Audited, Topic>> = {
  forms: 'form-events.v1',
  cases: 'case-events.v1',
  workers: 'user-events.v1',
}
const WAIT_MS = 10_000

export interface RepairOptions extends AuditStores {
  /** How what is too much is removed; the loader is asked to unless told. */
  readonly remove?: Remove | undefined
}

/** A document of which nothing could be done, and the code that tells why. */
export interface Unrepaired {
  readonly difference: Difference
  readonly reason: string
}

/** Nothing of it is known any more, neither in the tables nor in the outbox. */
const UNKNOWN = 'WAREHOUSE_AUDIT_UNKNOWN'

/** @returns the differences that nothing could be done about; the others are on their way to the warehouse. */
export async function repairAll(
  options: RepairOptions,
  differences: readonly Difference[],
): Promise<readonly Unrepaired[]> {
  const groups = Map.groupBy(differences, ({ domain, what }) => JSON.stringify([domain, documentOf(what)]))
  const unrepaired: Unrepaired[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    unrepaired.push(...(await repair(options, first.domain, documentOf(first.what), group)))
  }
  return unrepaired
}

async function repair(
  options: RepairOptions,
  domain: string,
  what: Audited,
  differences: readonly Difference[],
): Promise<readonly Unrepaired[]> {
  const { postgres, warehouse, waitMs = WAIT_MS } = options
  const parked = await readParked(options, domain, what, differences)
  const open = differences.filter(({ id }) => !parked.has(id))
  const removeRows = options.remove ?? createRemovalRequests({ postgres, warehouse, waitMs })
  const removed = open.filter((difference) => difference.must_remove).map(({ id }) => id)
  if (removed.length > 0) await removeRows({ domain, what, ids: removed })
  const lost = open.filter((difference) => difference.kind !== 'extra').map(({ id }) => id)
  const known = new Set(await repeat(options, domain, what, lost))
  const forgotten = lost.filter((id) => !known.has(id))
  for (const id of await repeatEvents(postgres, { topic: TOPIC_OF[what], domain, eventKeys: forgotten }))
    known.add(id)
  return differences.flatMap((difference) => {
    const code = parked.get(difference.id)
    if (code !== undefined) return [{ difference, reason: code }]
    const isDone = difference.kind === 'extra' || known.has(difference.id)
    return isDone ? [] : [{ difference, reason: UNKNOWN }]
  })
}

function repeat(
  { postgres, originals }: RepairOptions,
  domain: string,
  what: Audited,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return Promise.resolve([])
  return what === 'workers'
    ? originals.repeatWorkers(postgres, domain, ids)
    : originals.repeatDocuments(postgres, { domain, what, ids })
}

/** Documents whose event waits parked would only be parked once more: people have to mend the cause. Codes by id. */
async function readParked(
  { postgres }: RepairOptions,
  domain: string,
  what: Audited,
  differences: readonly Difference[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await postgres.pool.query<{ event_key: string; code: string }>(
    `select event_key, code from feed.parked
     where consumer = $1 and topic = $2 and domain = $3 and event_key = any($4) and replayed_at is null`,
    [LOADER_CONSUMER, TOPIC_OF[what], domain, differences.map(({ id }) => id)],
  )
  return new Map(rows.map((row) => [row.event_key, row.code]))
}
