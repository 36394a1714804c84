/** Which of those who wait run next. */

export interface LaneMember {
  /** Who shares a batch with others by turns. */
  readonly domain: string
  /** What the member will change; two members with a key in common are never in flight in two batches. */
  readonly keys: readonly string[]
}

export interface BatchLimits {
  readonly maxMembers: number
  /** Ends a batch early, so that one transaction never takes more locks than Postgres has room for. */
  readonly maxKeys: number
}

interface Waiting {
  readonly member: LaneMember
}

/** A batch in the making. */
interface Draft<Entry> {
  readonly batch: Entry[]
  keyCount: number
}

/**
 * Splits the queue: from its head, what can run now. A member that must wait makes those behind it that share a key wait
 * too, so that nobody is overtaken by a later form for the same case. When more wait than a batch holds, each domain
 * first gets an equal part of it, so that a busy one does not make the others wait behind all of its forms.
 */
export function takeBatch<Entry extends Waiting>(
  queue: readonly Entry[],
  busyKeys: { has(key: string): boolean },
  limits: BatchLimits,
): { readonly batch: readonly Entry[]; readonly rest: Entry[] } {
  const draft: Draft<Entry> = { batch: [], keyCount: 0 }
  if (queue.length <= limits.maxMembers)
    return { batch: draft.batch, rest: fill(draft, queue, busyKeys, limits) }
  const domains = new Set(queue.map(({ member }) => member.domain))
  const share = Math.ceil(limits.maxMembers / domains.size)
  const rest = domains.size === 1 ? queue : fill(draft, queue, busyKeys, limits, share)
  return { batch: draft.batch, rest: fill(draft, rest, busyKeys, limits) }
}

/** Adds to the batch what may run. @returns the others, in their order. */
function fill<Entry extends Waiting>(
  draft: Draft<Entry>,
  queue: readonly Entry[],
  busyKeys: { has(key: string): boolean },
  { maxMembers, maxKeys }: BatchLimits,
  share = maxMembers,
): Entry[] {
  const rest: Entry[] = []
  const held = new Set<string>()
  const taken = new Map<string, number>()
  for (const [index, entry] of queue.entries()) {
    if (draft.batch.length >= maxMembers) return [...rest, ...queue.slice(index)]
    const { keys, domain } = entry.member
    const ofDomain = taken.get(domain) ?? 0
    const mustWait = ofDomain >= share || keys.some((key) => busyKeys.has(key) || held.has(key))
    const tooMany = draft.batch.length > 0 && draft.keyCount + keys.length > maxKeys
    if (mustWait || tooMany) {
      for (const key of keys) held.add(key)
      rest.push(entry)
    } else {
      draft.keyCount += keys.length
      draft.batch.push(entry)
      taken.set(domain, ofDomain + 1)
    }
  }
  return rest
}
