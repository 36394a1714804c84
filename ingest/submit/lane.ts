/**
 * The group-commit lane: what arrives while a batch is being committed is collected, and becomes the next batch. Nothing waits
 * for a timer: an idle lane starts at once. Members that share a key never run at the same time, and those of one project space
 * run in the order of arrival. One that needs a transaction of its own leaves its batch, whose others are answered at once.
 * The spaces take turns, and the lane has an end. Source: ADR 0009, ADR 0024.
 */
import { createFairQueue } from './fair-queue.ts'
import type { BatchLimits, LaneMember } from './fair-queue.ts'
import { createInHouse, LANE_BOUNDS } from './in-house.ts'
import type { LaneBounds } from './in-house.ts'

export interface LaneOptions<Member extends LaneMember, Result> extends BatchLimits {
  /** How many batches may be in flight at once, and how many members of one space alone beside them; of all spaces twice as many. */
  readonly inFlight: number
  /** How much may be in the lane; asked with every member. */
  readonly boundsOf?: ((domain: string) => LaneBounds) | undefined
  /** Answers each member in its place, null where it must go alone; when it throws, all members are refused with that error. */
  readonly run: (members: readonly Member[]) => Promise<readonly (Result | null)[]>
  readonly runAlone: (member: Member) => Promise<Result>
}

export interface Lane<Member, Result> {
  submit(member: Member): Promise<Result>
  /** Null: there is room for one more of this space; else seconds until it is worth asking again. */
  fullFor(domain: string): number | null
  /** Waits for everything that has been submitted. */
  drain(): Promise<void>
  /** How full it is now. */
  load(): LaneLoad
}

export interface LaneLoad {
  readonly waiting: number
  /** Transactions under way. */
  readonly running: number
  /** Of everything that has not been answered. */
  readonly forms: number
  readonly bytes: number
}

interface Waiting<Member, Result> {
  readonly member: Member
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Keys and how many members hold each. */
function createHolds() {
  const counts = new Map<string, number>()
  return {
    has: (key: string): boolean => counts.has(key),
    countOf: (key: string): number => counts.get(key) ?? 0,
    hold(keys: readonly string[]): void {
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    release(keys: readonly string[]): void {
      for (const key of keys) {
        const left = (counts.get(key) ?? 0) - 1
        if (left > 0) counts.set(key, left)
        else counts.delete(key)
      }
    },
  }
}

/** Creates a lane. `submit` rejects only with INGEST_LANE_FULL, and with what `run` or `runAlone` threw. */
export function createLane<Member extends LaneMember, Result>(
  options: LaneOptions<Member, Result>,
): Lane<Member, Result> {
  type Entry = Waiting<Member, Result>
  const { inFlight, run, boundsOf = () => LANE_BOUNDS } = options
  const inHouse = createInHouse(boundsOf, () => performance.now())
  const [queue, alone] = [createFairQueue<Entry>(), createFairQueue<Entry>()]
  const [busy, busyAlone, aloneOf] = [createHolds(), createHolds(), createHolds()]
  const running = new Set<Promise<void>>()
  const runningAlone = new Set<Promise<void>>()

  function track(set: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work.finally(() => {
      set.delete(tracked)
      start()
    })
    set.add(tracked)
  }

  function start(): void {
    while (runningAlone.size < 2 * inFlight && alone.size() > 0) {
      const mayTake = (domain: string): boolean => aloneOf.countOf(domain) < inFlight
      const [entry] = alone.take({ ...options, maxMembers: 1, busyKeys: busyAlone, mayTake })
      if (entry === undefined) break
      track(runningAlone, runAlone(entry))
    }
    while (running.size < inFlight && queue.size() > 0) {
      const batch = queue.take({ ...options, busyKeys: busy })
      if (batch.length === 0) break
      for (const { member } of batch) busy.hold(member.keys)
      track(running, runBatch(batch))
    }
  }

  async function runBatch(batch: readonly Entry[]): Promise<void> {
    try {
      const results = await run(batch.map(({ member }) => member))
      if (results.length !== batch.length) throw new Error('a batch must answer each of its members')
      for (const [index, entry] of batch.entries()) {
        const result = results[index] ?? null
        if (result === null) alone.add(entry)
        else settle(entry, () => entry.resolve(result))
      }
    } catch (error) {
      for (const entry of batch) settle(entry, () => entry.reject(error))
    }
  }

  async function runAlone(entry: Entry): Promise<void> {
    const { member } = entry
    busyAlone.hold(member.keys)
    aloneOf.hold([member.domain])
    try {
      const result = await options.runAlone(member)
      settle(entry, () => entry.resolve(result))
    } catch (error) {
      settle(entry, () => entry.reject(error))
    } finally {
      busyAlone.release(member.keys)
      aloneOf.release([member.domain])
    }
  }

  function settle({ member }: Entry, answer: () => void): void {
    busy.release(member.keys)
    inHouse.leave(member)
    answer()
  }

  return {
    submit: async (member) => {
      inHouse.enter(member)
      return new Promise((resolve, reject) => {
        queue.add({ member, resolve, reject })
        start()
      })
    },
    fullFor: (domain) => inHouse.fullFor(domain),
    load: () => ({
      waiting: queue.size() + alone.size(),
      running: running.size + runningAlone.size,
      ...inHouse.total(),
    }),
    async drain() {
      while (queue.size() + alone.size() + running.size + runningAlone.size > 0) {
        await Promise.race([...running, ...runningAlone])
      }
    },
  }
}
