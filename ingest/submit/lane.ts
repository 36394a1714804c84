/**
 * The group-commit lane: what arrives while a batch is being committed is collected, and becomes the next batch. Nothing waits
 * for a timer: an idle lane starts at once. Members that share a key never run at the same time, and run in the order of arrival.
 * One that needs a transaction of its own leaves its batch, whose others are answered at once. Source: ADR 0009.
 */
import { takeBatch } from './take-batch.ts'
import type { BatchLimits, LaneMember } from './take-batch.ts'

export interface LaneOptions<Member extends LaneMember, Result> extends BatchLimits {
  /** How many batches may be in flight at once, and how many members alone beside them. */
  readonly inFlight: number
  /** Answers each member in its place, null where it must go alone; when it throws, all members are refused with that error. */
  readonly run: (members: readonly Member[]) => Promise<readonly (Result | null)[]>
  readonly runAlone: (member: Member) => Promise<Result>
}

export interface Lane<Member, Result> {
  submit(member: Member): Promise<Result>
  /** Waits for everything that has been submitted. */
  drain(): Promise<void>
  /** How full it is now. */
  load(): { readonly waiting: number; readonly running: number }
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

/** Creates a lane. `submit` rejects only with what `run` or `runAlone` threw. */
export function createLane<Member extends LaneMember, Result>(
  options: LaneOptions<Member, Result>,
): Lane<Member, Result> {
  type Entry = Waiting<Member, Result>
  let queue: Entry[] = []
  let alone: Entry[] = []
  const [busy, busyAlone] = [createHolds(), createHolds()]
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
    while (runningAlone.size < options.inFlight && alone.length > 0) {
      const { batch, rest } = takeBatch(alone, busyAlone, { ...options, maxMembers: 1 })
      const [entry] = batch
      if (entry === undefined) break
      alone = rest
      track(runningAlone, runAlone(entry))
    }
    while (running.size < options.inFlight && queue.length > 0) {
      const { batch, rest } = takeBatch(queue, busy, options)
      if (batch.length === 0) break
      queue = rest
      for (const { member } of batch) busy.hold(member.keys)
      track(running, runBatch(batch))
    }
  }

  async function runBatch(batch: readonly Entry[]): Promise<void> {
    try {
      const results = await options.run(batch.map(({ member }) => member))
      if (results.length !== batch.length) throw new Error('a batch must answer each of its members')
      for (const [index, entry] of batch.entries()) {
        const result = results[index] ?? null
        if (result === null) alone.push(entry)
        else settle(entry, () => entry.resolve(result))
      }
    } catch (error) {
      for (const entry of batch) settle(entry, () => entry.reject(error))
    }
  }

  async function runAlone(entry: Entry): Promise<void> {
    const { member } = entry
    busyAlone.hold(member.keys)
    try {
      const result = await options.runAlone(member)
      settle(entry, () => entry.resolve(result))
    } catch (error) {
      settle(entry, () => entry.reject(error))
    } finally {
      busyAlone.release(member.keys)
    }
  }

  function settle({ member }: Entry, answer: () => void): void {
    busy.release(member.keys)
    answer()
  }

  return {
    submit: async (member) =>
      new Promise((resolve, reject) => {
        queue.push({ member, resolve, reject })
        start()
      }),
    load: () => ({ waiting: queue.length + alone.length, running: running.size + runningAlone.size }),
    async drain() {
      while (queue.length + alone.length + running.size + runningAlone.size > 0) {
        await Promise.race([...running, ...runningAlone])
      }
    },
  }
}
