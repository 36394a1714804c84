/** When iterations begin. Evenly spaced, as k6 does it, so that the figures of both runners are about the same load. */
import type { Stage } from '../scenarios/mixed-day.ts'

export interface ArrivalPlan {
  /** Iterations a second at the start. */
  readonly startRate: number
  /** Each goes evenly from the rate before it to its own; of 0 seconds, it jumps. */
  readonly stages: readonly Stage[]
}

export function constantRate(rate: number, seconds: number): ArrivalPlan {
  return { startRate: rate, stages: [{ target: rate, seconds }] }
}

/** Seconds into a stage at which `wanted` iterations have begun: where rate·t + slope·t²/2 reaches it. */
function solve(wanted: number, rate: number, slope: number): number {
  if (slope === 0) return wanted / rate
  return (Math.sqrt(Math.max(0, rate * rate + 2 * slope * wanted)) - rate) / slope
}

/** Milliseconds from the start at which each iteration is meant to begin, in order; the first at once. */
export function* arrivalsOf({ startRate, stages }: ArrivalPlan): Generator<number> {
  let [rate, beforeSeconds, beforeCount, next] = [startRate, 0, 0, 0]
  for (const { target, seconds } of stages) {
    const count = ((rate + target) / 2) * seconds
    const slope = seconds === 0 ? 0 : (target - rate) / seconds
    for (; next < beforeCount + count; next += 1)
      yield (beforeSeconds + solve(next - beforeCount, rate, slope)) * 1_000
    beforeCount += count
    beforeSeconds += seconds
    rate = target
  }
}

export function lengthOf({ stages }: ArrivalPlan): number {
  return stages.reduce((sum, { seconds }) => sum + seconds, 0)
}
