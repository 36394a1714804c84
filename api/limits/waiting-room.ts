/**
 * Where requests wait for their rate, before their body is read: a line for each project space, first come first served, with
 * an end. Who cannot come in within the time is told when to come again. Source: reference §1.11, ADR 0024.
 */
import type { LimitKey, Limiter, LimitValues } from '#tenants/contract.ts'
import type { LimitedSpace, RateDecision } from '#tenants/index.ts'
import type { Metrics } from '#infra/platform/index.ts'

export type Entry = { readonly kind: 'in' } | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

export interface WaitingRoom {
  /** @param hasLeft called with what to do when the asker is gone; @returns how to stop calling it. */
  enter(space: LimitedSpace, hasLeft: (leave: () => void) => () => void): Promise<Entry>
  /** Nobody waits any more, nobody will. */
  close(): void
}

export interface WaitingRoomOptions {
  readonly limiter: Limiter
  readonly decide: (space: LimitedSpace) => Promise<RateDecision>
  readonly valuesOf: (space?: LimitedSpace) => LimitValues
  readonly metrics: Metrics
}

interface Waiting {
  readonly until: number
  answer: (entry: Entry) => void
  readonly fail: (error: unknown) => void
}

interface Line {
  readonly space: LimitedSpace
  readonly waiting: Waiting[]
  wake: () => void
}

const SHORTEST_SLEEP_MS = 20
const LONGEST_RETRY_SECONDS = 3_600

export function toRetrySeconds(waitMs: number): number {
  return Math.max(1, Math.min(LONGEST_RETRY_SECONDS, Math.ceil(waitMs / 1_000)))
}

const boundOf = (values: LimitValues, key: LimitKey): number => values[key] ?? Number.POSITIVE_INFINITY

function measure({ limiter, metrics }: WaitingRoomOptions, waiting: () => number) {
  const entries = metrics.counter(
    'api_rate_decisions_total',
    'Requests under a rate limit: let in at once, let in after waiting, refused, the line full, waited in vain, gone.',
    ['limiter', 'outcome'],
  )
  const gauge = metrics.gauge('api_rate_waiting', 'Requests that wait for their rate.', ['limiter'])
  metrics.beforeRead(() => gauge.set({ limiter }, waiting()))
  return (outcome: 'at_once' | 'waited' | 'refused' | 'line_full' | 'in_vain' | 'gone', many = 1) =>
    entries.inc({ limiter, outcome }, many)
}

export function createWaitingRoom(options: WaitingRoomOptions): WaitingRoom {
  const { decide, valuesOf } = options
  const lines = new Map<string, Line>()
  let total = 0
  let isClosed = false
  const count = measure(options, () => total)

  function takeOut(line: Line, one: Waiting): boolean {
    const at = line.waiting.indexOf(one)
    if (at === -1) return false
    line.waiting.splice(at, 1)
    total -= 1
    return true
  }

  function refuse(line: Line, ones: readonly Waiting[], retryAfterSeconds: number): void {
    for (const one of ones) if (takeOut(line, one)) one.answer({ kind: 'refused', retryAfterSeconds })
  }

  async function sleep(line: Line, ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      line.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** One turn of the line. @returns how long to sleep before the next */
  async function serveFirst(line: Line): Promise<number> {
    const decision = await decide(line.space)
    const [first] = line.waiting
    if (!first) return 0
    if (decision.kind === 'allowed') {
      takeOut(line, first)
      count('waited')
      first.answer({ kind: 'in' })
      return 0
    }
    const seconds = toRetrySeconds(decision.waitMs)
    if (decision.kind === 'refused' || isClosed) {
      count('refused', line.waiting.length)
      refuse(line, [...line.waiting], seconds)
      return 0
    }
    const at = performance.now()
    const late = line.waiting.filter((one) => one.until <= at)
    count('in_vain', late.length)
    refuse(line, late, seconds)
    const untilFirst = (line.waiting[0]?.until ?? at) - at
    return Math.max(SHORTEST_SLEEP_MS, Math.min(decision.waitMs, untilFirst))
  }

  async function serve(line: Line, domain: string): Promise<void> {
    try {
      while (line.waiting.length > 0) {
        const sleepMs = await serveFirst(line)
        if (sleepMs > 0 && line.waiting.length > 0) await sleep(line, sleepMs)
      }
    } catch (error) {
      // Each of them fails as if it had asked itself.
      for (const one of line.waiting.splice(0)) {
        total -= 1
        one.fail(error)
      }
    } finally {
      if (lines.get(domain) === line) lines.delete(domain)
    }
  }

  function join(space: LimitedSpace, hasLeft: Parameters<WaitingRoom['enter']>[1]): Promise<Entry> {
    const values = valuesOf(space)
    const known = lines.get(space.domain)
    const seconds = boundOf(values, 'waiting.seconds')
    const isFull = (known?.waiting.length ?? 0) >= boundOf(values, 'waiting.space_requests')
    if (isClosed || isFull || total >= boundOf(valuesOf(), 'waiting.requests')) {
      count('line_full')
      return Promise.resolve({ kind: 'refused', retryAfterSeconds: seconds })
    }
    const line = known ?? { space, waiting: [], wake: () => undefined }
    return new Promise<Entry>((resolve, reject) => {
      const one: Waiting = { until: performance.now() + seconds * 1_000, answer: resolve, fail: reject }
      const stay = hasLeft(() => {
        if (!takeOut(line, one)) return
        count('gone')
        line.wake()
        resolve({ kind: 'refused', retryAfterSeconds: 1 })
      })
      one.answer = (entry) => {
        stay()
        resolve(entry)
      }
      line.waiting.push(one)
      total += 1
      if (known) return
      lines.set(space.domain, line)
      void serve(line, space.domain)
    })
  }

  return {
    async enter(space, hasLeft) {
      // Nobody overtakes those who wait.
      if (lines.has(space.domain)) return join(space, hasLeft)
      const decision = await decide(space)
      if (decision.kind === 'allowed') {
        count('at_once')
        return { kind: 'in' }
      }
      if (decision.kind === 'later') return join(space, hasLeft)
      count('refused')
      return { kind: 'refused', retryAfterSeconds: toRetrySeconds(decision.waitMs) }
    },
    close() {
      isClosed = true
      for (const line of lines.values()) line.wake()
    },
  }
}
