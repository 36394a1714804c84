import type { Log } from '#infra/platform/contract.ts'
import type { Metrics } from '#infra/platform/index.ts'

export const ROLE_NAMES = ['warehouse', 'feed', 'loader', 'keeper', 'dashboards', 'api'] as const
export type RoleName = (typeof ROLE_NAMES)[number]

export interface RunningRole {
  /** Settles only when the role has ended by itself, which is a fault. */
  readonly ended?: Promise<void>
  /** Finishes what is under way and frees everything. */
  stop(): Promise<void>
}

/** `metrics` are those of the process, which all its roles share. */
export type StartRole<Env> = (env: Env, log: Log, metrics: Metrics) => Promise<RunningRole>
