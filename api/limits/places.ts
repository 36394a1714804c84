import type { Problem } from '#infra/platform/index.ts'
import type { Metrics } from '#infra/platform/index.ts'
import type { BoundKey } from '#tenants/contract.ts'

export interface Places {
  /** @returns gives the place back; more than once does nothing. @throws what `toProblem` makes when there is none */
  take(domain: string): () => void
}

export interface PlacesOptions {
  /** As a label of the metrics. */
  readonly what: 'stream' | 'export' | 'audit'
  readonly boundOf: (key: BoundKey, domain?: string) => number
  readonly total: BoundKey
  readonly ofSpace: BoundKey
  readonly metrics: Metrics
  readonly retryAfterSeconds: number
  readonly toProblem: (details: { retryAfterSeconds: number }) => Problem
}

/** Things that last: so many at once in this process, and so many of one project space; nobody waits for a place. */
export function createPlaces(options: PlacesOptions): Places {
  const { what, boundOf, metrics, retryAfterSeconds } = options
  const spaces = new Map<string, number>()
  let total = 0
  const taken = metrics.gauge('api_places_taken', 'Streams, exports and audits under way.', ['what'])
  const refused = metrics.counter('api_places_refused_total', 'Streams, exports and audits refused.', [
    'what',
  ])
  metrics.beforeRead(() => taken.set({ what }, total))

  function add(domain: string, more: 1 | -1): void {
    total += more
    const own = (spaces.get(domain) ?? 0) + more
    if (own > 0) spaces.set(domain, own)
    else spaces.delete(domain)
  }

  return {
    take(domain) {
      const own = spaces.get(domain) ?? 0
      if (total >= boundOf(options.total) || own >= boundOf(options.ofSpace, domain)) {
        refused.inc({ what })
        throw options.toProblem({ retryAfterSeconds })
      }
      add(domain, 1)
      let isTaken = true
      return () => {
        if (isTaken) add(domain, -1)
        isTaken = false
      }
    },
  }
}
