import { constantRate, type ArrivalPlan } from '../generator/arrivals.ts'
import type { LoadPlan } from '../generator/plan.ts'

const CONNECTIONS = 256
const MAX_IN_FLIGHT = 4_000

export type PlanStart = Pick<LoadPlan, 'url' | 'scenario' | 'target'> &
  Partial<Pick<LoadPlan, 'connections' | 'tellEvery' | 'firstIteration'>>

/** Iterations at one rate, whatever becomes of them. */
export function toConstantPlan(start: PlanStart, rate: number, seconds: number): LoadPlan {
  return toOpenPlan(start, constantRate(rate, seconds))
}

/** Iterations at a rate that changes. */
export function toOpenPlan(start: PlanStart, { startRate, stages }: ArrivalPlan): LoadPlan {
  const model = { kind: 'open', startRate, stages, maxInFlight: MAX_IN_FLIGHT } as const
  return { connections: CONNECTIONS, ...start, model }
}

/** As many as go through. */
export function toClosedPlan(start: PlanStart & { readonly connections: number }, seconds: number): LoadPlan {
  return { ...start, model: { kind: 'closed', seconds } }
}

/** A seed that the next run does not have. */
export function toNewSeed(now: Date): number {
  return now.getTime() % 0x7fff_ffff
}
