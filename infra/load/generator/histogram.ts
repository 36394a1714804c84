/** Latencies counted in buckets that get wider with the value: bounded memory, and no percentile off by more than 0.8 %. */

/** Up to 256 µs each microsecond has its bucket; from there on each doubling has 128. */
const STEPS = 128
const SHIFT = 7
const LARGEST_US = 0xffff_ffff
const BUCKETS = STEPS * (32 - SHIFT) + STEPS

export interface Percentiles {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface Histogram {
  /** @param ms below 71 minutes; what is longer counts as that, what is negative as 0 */
  record(ms: number): void
  /** @returns milliseconds, NaN while nothing is recorded */
  percentile(share: number): number
  toPercentiles(): Percentiles
}

function toBucket(us: number): number {
  const exponent = Math.max(0, 31 - Math.clz32(us) - SHIFT)
  return exponent * STEPS + (us >>> exponent)
}

/** The largest value of a bucket: a percentile is never told better than it was. */
function toLargestUs(bucket: number): number {
  const exponent = Math.max(0, Math.floor(bucket / STEPS) - 1)
  return (bucket - exponent * STEPS + 1) * 2 ** exponent - 1
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array(BUCKETS)
  let [count, sumMs, maxMs] = [0, 0, Number.NaN]

  function percentile(share: number): number {
    let left = Math.max(1, Math.ceil(count * share))
    for (const [bucket, inBucket] of counts.entries()) {
      left -= inBucket
      if (left <= 0) return Math.min(toLargestUs(bucket) / 1_000, maxMs)
    }
    return Number.NaN
  }

  return {
    record(ms) {
      const bucket = toBucket(Math.min(LARGEST_US, Math.max(0, Math.round(ms * 1_000))))
      counts[bucket] = (counts[bucket] ?? 0) + 1
      count += 1
      sumMs += ms
      maxMs = count === 1 ? ms : Math.max(maxMs, ms)
    },
    percentile,
    toPercentiles: () => ({
      count,
      mean: sumMs / count,
      p50: percentile(0.5),
      p95: percentile(0.95),
      p99: percentile(0.99),
      max: maxMs,
    }),
  }
}
