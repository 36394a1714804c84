import type { SendHandle } from 'node:child_process'
import type { Server } from 'node:net'
import type { Log } from '#infra/platform/contract.ts'
import type { Metrics, Tracing } from '#infra/platform/index.ts'

export const ROLE_NAMES = ['warehouse', 'feed', 'loader', 'keeper', 'dashboards', 'api'] as const
export type RoleName = (typeof ROLE_NAMES)[number]

export interface RunningRole {
  /** Settles only when the role has ended by itself, which is a fault. */
  readonly ended?: Promise<void>
  /** Finishes what is under way and frees everything. */
  stop(): Promise<void>
  /** The same where another process has taken the place already: refuses nobody on the way. Without it, `stop`. */
  retire?(): Promise<void>
}

export interface RoleSockets {
  /** On which the process before this one listens; undefined: open one. */
  readonly inherited: SendHandle | undefined
  /** Leaves the socket with the supervisor, for the process after this one. */
  keep(server: Server): void
}

/** What else the process gives each of its roles. */
export interface RoleMeans {
  readonly sockets: RoleSockets
  /** Undefined where traces are off. */
  readonly tracing: Tracing | undefined
}

/** `metrics` are those of the process, which all its roles share. */
export type StartRole<Env> = (env: Env, log: Log, metrics: Metrics, means: RoleMeans) => Promise<RunningRole>
