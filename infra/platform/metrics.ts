/** Counters of one process. Labels are bounded sets, never ids. */
import { setTimeout as sleep } from 'node:timers/promises'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/**
 * What a process counts. Asking for a name a second time gives the same metric, so that parts which are made twice in one
 * process count together. Names are written out where they are asked for: `infra/docs/metrics.md` is made from the code.
 */
export interface Metrics {
  readonly registry: Registry
  counter(name: string, help: string, labels?: readonly string[]): Counter
  gauge(name: string, help: string, labels?: readonly string[]): Gauge
  /** @param bucketsSeconds upper bounds, in seconds; the default reaches from 5 ms to 10 s. */
  histogram(
    name: string,
    help: string,
    labels?: readonly string[],
    bucketsSeconds?: readonly number[],
  ): Histogram
  /** Called before each reading, to set what is looked at rather than counted. One that throws, or takes longer than a second, leaves the old value. */
  beforeRead(look: () => void | Promise<void>): void
  /** The Prometheus text format. */
  text(): Promise<string>
}

/** A store that is away must not hide the numbers of the process. */
const LONGEST_LOOK_MS = 1_000
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** @param role the process, put as a label on every number. */
export function createMetrics({ role }: { role: string }): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ role })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const looks: (() => void | Promise<void>)[] = []
  // A name is asked for with one kind only; prom-client itself would throw at the second time.
  const known = <Kind>(name: string): Kind | undefined =>
    registry.getSingleMetric(name) as unknown as Kind | undefined
  return {
    registry,
    counter: (name, help, labels = []) =>
      known<Counter>(name) ?? new Counter({ name, help, labelNames: [...labels], registers }),
    gauge: (name, help, labels = []) =>
      known<Gauge>(name) ?? new Gauge({ name, help, labelNames: [...labels], registers }),
    histogram: (name, help, labels = [], bucketsSeconds = BUCKETS_SECONDS) =>
      known<Histogram>(name) ??
      new Histogram({ name, help, labelNames: [...labels], buckets: [...bucketsSeconds], registers }),
    beforeRead: (look) => looks.push(look),
    async text() {
      const looked = Promise.allSettled(looks.map(async (look) => look()))
      await Promise.race([looked, sleep(LONGEST_LOOK_MS, undefined, { ref: false })])
      return registry.metrics()
    },
  }
}
