/**
 * The group-commit lane: what arrives while a batch is being committed is collected, and becomes the next batch. Nothing waits
 * for a timer: an idle lane starts at once. Members that share a key never run at the same time, and run in the order of arrival.
 */

export interface LaneMember {
  /** What the member will change; two members with a key in common are never in flight in two batches. */
  readonly keys: readonly string[]
}

export interface LaneOptions<Member extends LaneMember, Result> {
  readonly maxMembers: number
  /** Ends a batch early, so that one transaction never takes more locks than Postgres has room for. */
  readonly maxKeys: number
  /** How many batches may be in flight at once. */
  readonly inFlight: number
  /** Answers each member in its place; when it throws, all members of the batch are refused with that error. */
  readonly run: (members: readonly Member[]) => Promise<readonly Result[]>
}

export interface Lane<Member, Result> {
  submit(member: Member): Promise<Result>
  /** Waits for everything that has been submitted. */
  drain(): Promise<void>
}

interface Waiting<Member, Result> {
  readonly member: Member
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Creates a lane. `submit` rejects only with what `run` threw. */
export function createLane<Member extends LaneMember, Result>(
  options: LaneOptions<Member, Result>,
): Lane<Member, Result> {
  let queue: Waiting<Member, Result>[] = []
  const busyKeys = new Set<string>()
  const running = new Set<Promise<void>>()

  function start(): void {
    while (running.size < options.inFlight && queue.length > 0) {
      const { batch, rest } = takeBatch(queue, busyKeys, options)
      if (batch.length === 0) return
      queue = rest
      for (const { member } of batch) for (const key of member.keys) busyKeys.add(key)
      const run = runBatch(batch).finally(() => {
        running.delete(run)
        for (const { member } of batch) for (const key of member.keys) busyKeys.delete(key)
        start()
      })
      running.add(run)
    }
  }

  async function runBatch(batch: readonly Waiting<Member, Result>[]): Promise<void> {
    try {
      const results = await options.run(batch.map(({ member }) => member))
      if (results.length !== batch.length) throw new Error('a batch must answer each of its members')
      for (const [index, result] of results.entries()) batch[index]?.resolve(result)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    submit: (member) =>
      new Promise((resolve, reject) => {
        queue.push({ member, resolve, reject })
        start()
      }),
    async drain() {
      while (queue.length > 0 || running.size > 0) await Promise.all(running)
    },
  }
}

/**
 * Splits the queue: from its head, what can run now. A member that must wait makes those behind it that share a key wait
 * too, so that nobody is overtaken by a later form for the same case.
 */
export function takeBatch<Entry extends { readonly member: LaneMember }>(
  queue: readonly Entry[],
  busyKeys: ReadonlySet<string>,
  limits: { readonly maxMembers: number; readonly maxKeys: number },
): { readonly batch: readonly Entry[]; readonly rest: Entry[] } {
  const batch: Entry[] = []
  const rest: Entry[] = []
  const held = new Set<string>()
  let keyCount = 0
  for (const [index, entry] of queue.entries()) {
    if (batch.length >= limits.maxMembers) {
      rest.push(...queue.slice(index))
      break
    }
    const { keys } = entry.member
    const mustWait = keys.some((key) => busyKeys.has(key) || held.has(key))
    const tooMany = batch.length > 0 && keyCount + keys.length > limits.maxKeys
    if (mustWait || tooMany) {
      for (const key of keys) held.add(key)
      rest.push(entry)
    } else {
      keyCount += keys.length
      batch.push(entry)
    }
  }
  return { batch, rest }
}
