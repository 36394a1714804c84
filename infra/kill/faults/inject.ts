/** One fault, done to the platform from outside. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Role } from '../plan/fault.ts'
import { fillDisk } from '../stage/disk.ts'
import { findPostgres, findRole, signal } from '../stage/processes.ts'
import type { Stage } from '../stage/stage.ts'
import { cutPostgres } from './cut-postgres.ts'
import { strikeAtPoint } from './fail-point.ts'
import { replaceActive } from './replace.ts'

/** `unreached`: nobody came to the point in time. `absent`: the target was down already, from another fault. */
export type Injected =
  | { readonly outcome: 'injected'; readonly pid: number | undefined }
  | { readonly outcome: 'unreached' | 'absent' }

/** Returns when the fault is over and the platform may recover: what was stopped goes on, what was cut or full is not. */
export async function inject(
  stage: Stage,
  fault: Fault,
  pick: <T>(items: readonly T[]) => T,
): Promise<Injected> {
  switch (fault.kind) {
    case 'kill':
    case 'stop':
      return strike(stage, fault, await findTarget(stage, fault, pick))
    case 'kill-at':
    case 'stop-at':
    case 'fail-at':
      return strikeAtPoint(stage, fault)
    case 'replace':
      return replaceActive(stage, fault)
    case 'cut':
      return cut(stage, fault)
    case 'fill': {
      const giveBack = fillDisk(stage.data)
      await sleep(fault.holdMs)
      giveBack()
      return { outcome: 'injected', pid: undefined }
    }
  }
}

async function findTarget(
  { supervisor, broker }: Stage,
  { target }: Fault,
  pick: <T>(items: readonly T[]) => T,
): Promise<number | undefined> {
  if (target === 'broker') return broker?.pid()
  if (target !== 'postgres' && target !== 'backend') return findRole(supervisor, target as Role) // the plan pairs no other
  const { postmaster, backends } = await findPostgres(supervisor)
  if (target === 'postgres') return postmaster
  return backends.length === 0 ? undefined : pick(backends)
}

async function strike(stage: Stage, fault: Fault, pid: number | undefined): Promise<Injected> {
  if (pid === undefined || !signal(pid, fault.kind === 'kill' ? 'SIGKILL' : 'SIGSTOP'))
    return { outcome: 'absent' }
  if (fault.kind === 'stop') {
    await sleep(fault.holdMs)
    signal(pid, 'SIGCONT')
  } else if (fault.target === 'broker') {
    await sleep(fault.holdMs)
    await stage.broker?.startAgain()
  }
  return { outcome: 'injected', pid: fault.kind === 'kill' ? pid : undefined }
}

async function cut(stage: Stage, fault: Fault): Promise<Injected> {
  if (fault.target === 'postgres') return cutPostgres(stage, fault)
  await stage.proxy.shut()
  await sleep(fault.holdMs)
  await stage.proxy.open()
  return { outcome: 'injected', pid: undefined }
}
