/** Sends many workers' forms at once, each worker's one after the other, all of them roughly in the order of their arrival. */

interface Timed {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
}

export interface Turns<T extends Timed> {
  /** One list a worker, each in the order of arrival. */
  readonly lists: readonly (readonly T[])[]
  /** Sent at the same time, at most. */
  readonly limit: number
  readonly send: (item: T, list: number) => Promise<void>
}

/**
 * Always takes the earliest form of those whose worker has none on its way. Days so arrive together, which keeps what the
 * warehouse writes at a time within one month's partition.
 * @throws what `send` throws, once nothing is on its way any more; nothing new is sent after that
 */
export async function sendInTurn<T extends Timed>({ lists, limit, send }: Turns<T>): Promise<void> {
  const next = lists.map(() => 0)
  const busy = new Set<number>()
  let failed = false

  const pick = (): number | undefined => {
    let chosen: number | undefined
    let earliest = Number.POSITIVE_INFINITY
    for (const [list, position] of next.entries()) {
      const receivedAt = lists[list]?.[position]?.receivedAt
      if (receivedAt === undefined || receivedAt >= earliest || busy.has(list)) continue
      chosen = list
      earliest = receivedAt
    }
    return chosen
  }

  // A lane that finds nothing may end: every list with forms left is busy, and so has a lane of its own.
  const lane = async (): Promise<void> => {
    for (let list = pick(); list !== undefined && !failed; list = pick()) {
      const position = next[list] ?? 0
      const item = lists[list]?.[position]
      if (item === undefined) return
      next[list] = position + 1
      busy.add(list)
      try {
        await send(item, list)
      } catch (error) {
        failed = true
        throw error
      }
      busy.delete(list)
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, lists.length) }, lane))
  const fault = lanes.find((settled) => settled.status === 'rejected')
  if (fault) throw fault.reason
}
