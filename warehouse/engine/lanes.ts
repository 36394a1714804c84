/** How many statements run at once; who waits, and for how long. Readers never take the last lane from the owner. */
import type { EngineRole } from '../contract.ts'
import { raise } from './exception.ts'

export interface Lane {
  readonly number: number
  release(): void
}

export interface LanesOptions {
  readonly lanes: number
  readonly maxWaiting: number
  readonly maxWaitMs: number
}

interface Waiting {
  readonly role: EngineRole
  readonly admit: (lane: Lane) => void
}

export interface Lanes {
  /** @throws EngineException 202 when the queue is full or the wait too long, 394 when `signal` aborts */
  acquire(role: EngineRole, signal: AbortSignal): Promise<Lane>
  running(): number
  waiting(): number
}

export function createLanes({ lanes, maxWaiting, maxWaitMs }: LanesOptions): Lanes {
  const free = Array.from({ length: lanes }, (_, number) => number)
  const readerLanes = Math.max(1, lanes - 1)
  const queue: Waiting[] = []
  let readers = 0

  const mayStart = (role: EngineRole) => free.length > 0 && (role === 'owner' || readers < readerLanes)

  const take = (role: EngineRole): Lane => {
    const number = free.pop() ?? 0
    if (role === 'reader') readers += 1
    let released = false
    const release = () => {
      if (released) return
      released = true
      free.push(number)
      if (role === 'reader') readers -= 1
      const next = queue.findIndex((waiting) => mayStart(waiting.role))
      if (next === -1) return
      const [admitted] = queue.splice(next, 1)
      admitted?.admit(take(admitted.role))
    }
    return { number, release }
  }

  const wait = (role: EngineRole, signal: AbortSignal) =>
    new Promise<Lane>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        const at = queue.indexOf(waiting)
        if (at !== -1) queue.splice(at, 1)
      }
      const onAbort = () => {
        leave()
        reject(raise(394, 'The client left before the query began.'))
      }
      const timer = setTimeout(() => {
        leave()
        reject(raise(202, `Waited ${maxWaitMs} ms for a free connection. Try again.`))
      }, maxWaitMs)
      const waiting: Waiting = {
        role,
        admit: (lane) => {
          leave()
          resolve(lane)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      queue.push(waiting)
    })

  return {
    acquire: async (role, signal) => {
      if (mayStart(role)) return take(role)
      if (queue.length >= maxWaiting)
        throw raise(202, `Too many simultaneous queries: ${queue.length} are waiting.`)
      return wait(role, signal)
    },
    running: () => lanes - free.length,
    waiting: () => queue.length,
  }
}
