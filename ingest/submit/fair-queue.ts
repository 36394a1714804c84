/**
 * Who waits, a queue for each project space, and who of them runs next. The spaces take turns: each turn is worth the same
 * work, however many forms a space has waiting, so a busy one delays its own forms only. Within a space nobody overtakes a
 * form that shares a key with it. (Deficit round robin.)
 */

export interface LaneMember {
  /** Who takes turns with others. */
  readonly domain: string
  /** What the member will change; two members with a key in common are never in flight in two batches. */
  readonly keys: readonly string[]
  /** Of the form and its files. */
  readonly bytes: number
}

export interface BatchLimits {
  readonly maxMembers: number
  /** Ends a batch early, so that one transaction never takes more locks than Postgres has room for. */
  readonly maxKeys: number
}

export interface Taking extends BatchLimits {
  readonly busyKeys: { has(key: string): boolean }
  /** Whether a space may have one more in flight; left out: always. */
  readonly mayTake?: (domain: string) => boolean
}

interface Entry {
  readonly member: LaneMember
}

export interface FairQueue<Waiting extends Entry> {
  add(entry: Waiting): void
  /** Takes out what runs next, in the order in which it shall run; empty when all that wait must go on waiting. */
  take(taking: Taking): readonly Waiting[]
  size(): number
  /** Spaces of which something waits. */
  domains(): number
}

interface Line<Waiting> {
  readonly domain: string
  entries: Waiting[]
  /** Work that it may still do in this turn. */
  credit: number
}

/** What a form costs besides its bytes is worth about as much as these. */
const UNIT_BYTES = 16 * 1024
/** Beyond it, half a megabyte, a form is one large write, whatever its size. */
const MOST_UNITS = 32
/** Of one turn. */
const TURN_UNITS = 4
/** Of a batch, for each member that it may have: many large forms make a batch shorter, for those who wait behind it. */
const UNITS_A_MEMBER = 2

function toUnits({ bytes }: LaneMember): number {
  return Math.min(MOST_UNITS, 1 + Math.floor(bytes / UNIT_BYTES))
}

/** A batch in the making. */
interface Draft<Waiting> {
  readonly batch: Waiting[]
  keyCount: number
  units: number
}

/** A line while a batch is filled: what was looked at and must wait, and what comes next. */
interface Cursor<Waiting> {
  readonly line: Line<Waiting>
  readonly passed: Waiting[]
  /** Keys of those that were passed. */
  readonly held: Set<string>
  at: number
}

interface Filled<Waiting> {
  readonly cursors: readonly Cursor<Waiting>[]
  readonly last: Cursor<Waiting> | undefined
}

function findNext<Waiting extends Entry>(cursor: Cursor<Waiting>, { busyKeys }: Taking): Waiting | undefined {
  const { entries } = cursor.line
  for (; cursor.at < entries.length; cursor.at += 1) {
    const entry = entries[cursor.at]
    if (!entry) break
    const { keys } = entry.member
    if (!keys.some((key) => busyKeys.has(key) || cursor.held.has(key))) return entry
    for (const key of keys) cursor.held.add(key)
    cursor.passed.push(entry)
  }
  return undefined
}

function isFull(draft: Draft<Entry>, next: LaneMember, { maxMembers, maxKeys }: BatchLimits): boolean {
  if (draft.batch.length === 0) return false
  if (draft.batch.length >= maxMembers || draft.keyCount + next.keys.length > maxKeys) return true
  return draft.units + toUnits(next) > Math.max(MOST_UNITS, maxMembers * UNITS_A_MEMBER)
}

export function createFairQueue<Waiting extends Entry>(): FairQueue<Waiting> {
  const lines = new Map<string, Line<Waiting>>()
  /** Whose turn it is, in order; the first is next. */
  let ring: Line<Waiting>[] = []
  let size = 0

  /** One turn. @returns whether the batch is full */
  function takeTurn(cursor: Cursor<Waiting>, draft: Draft<Waiting>, taking: Taking): boolean {
    const { line } = cursor
    for (;;) {
      if (taking.mayTake?.(line.domain) === false) return false
      const entry = findNext(cursor, taking)
      if (!entry) return false
      const { member } = entry
      if (toUnits(member) > line.credit) return false
      if (isFull(draft, member, taking)) return true
      line.credit -= toUnits(member)
      cursor.at += 1
      draft.batch.push(entry)
      draft.keyCount += member.keys.length
      draft.units += toUnits(member)
      if (draft.batch.length >= taking.maxMembers) return true
    }
  }

  /** Gives turns until the batch is full or nobody can go. @returns every line that was looked at, and whose turn was the last */
  function fill(draft: Draft<Waiting>, taking: Taking): Filled<Waiting> {
    const cursors: Cursor<Waiting>[] = []
    const give = (cursor: Cursor<Waiting>): 'full' | 'able' | 'done' => {
      cursor.line.credit = Math.min(cursor.line.credit + TURN_UNITS, MOST_UNITS + TURN_UNITS)
      if (takeTurn(cursor, draft, taking)) return 'full'
      if (taking.mayTake?.(cursor.line.domain) !== false && findNext(cursor, taking)) return 'able'
      cursor.line.credit = 0
      return 'done'
    }
    let able: Cursor<Waiting>[] = []
    for (const line of ring) {
      const cursor = { line, passed: [], held: new Set<string>(), at: 0 }
      cursors.push(cursor)
      const given = give(cursor)
      if (given === 'full') return { cursors, last: cursor }
      if (given === 'able') able.push(cursor)
    }
    while (able.length > 0) {
      const still: Cursor<Waiting>[] = []
      for (const cursor of able) {
        const given = give(cursor)
        if (given === 'full') return { cursors, last: cursor }
        if (given === 'able') still.push(cursor)
      }
      able = still
    }
    return { cursors, last: undefined }
  }

  return {
    add(entry) {
      const { domain } = entry.member
      const line = lines.get(domain) ?? { domain, entries: [], credit: 0 }
      if (line.entries.length === 0) {
        lines.set(domain, line)
        ring.push(line)
      }
      line.entries.push(entry)
      size += 1
    },

    take(taking) {
      const draft: Draft<Waiting> = { batch: [], keyCount: 0, units: 0 }
      const { cursors, last } = fill(draft, taking)
      size -= draft.batch.length
      for (const { line, passed, at } of cursors) {
        if (at > 0) line.entries = [...passed, ...line.entries.slice(at)]
        if (line.entries.length === 0) lines.delete(line.domain)
      }
      const turned = last ? ring.indexOf(last.line) + 1 : 0
      ring = [...ring.slice(turned), ...ring.slice(0, turned)].filter((line) => line.entries.length > 0)
      return draft.batch
    },

    size: () => size,
    domains: () => ring.length,
  }
}
