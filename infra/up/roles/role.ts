import type { Log } from '#infra/platform/contract.ts'

export const ROLE_NAMES = ['warehouse', 'feed', 'loader', 'keeper', 'dashboards', 'api'] as const
export type RoleName = (typeof ROLE_NAMES)[number]

export interface RunningRole {
  /** Settles only when the role has ended by itself, which is a fault. */
  readonly ended?: Promise<void>
  /** Finishes what is under way and frees everything. */
  stop(): Promise<void>
}

export type StartRole<Env> = (env: Env, log: Log) => Promise<RunningRole>
