/** The plan carried out: each fault after its quiet time, and how long until a form sent afterwards is in the reports. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../demo/random.ts'
import type { Crew } from '../clients/crew.ts'
import { nameOf, type Fault, type Role } from '../plan/fault.ts'
import { findRole } from '../stage/processes.ts'
import type { Stage } from '../stage/stage.ts'
import { inject } from './inject.ts'

export interface Struck {
  readonly fault: Fault
  readonly outcome: 'survived' | 'not recovered' | 'unreached' | 'absent'
  /** From the end of the fault until a form sent after it was acknowledged, and seen in the warehouse. */
  readonly acknowledgedMs: number | null
  readonly visibleMs: number | null
}

export interface StrikeOptions {
  readonly stage: Stage
  readonly crew: Crew
  readonly faults: readonly Fault[]
  readonly seed: number
  readonly endsAt: number
  /** Whether the warehouse has the form. @throws while it is away */
  readonly isVisible: (formId: string) => Promise<boolean>
  readonly tell: (line: string) => void
}

const LONGEST_RECOVERY_MS = 90_000
const LOOK_MS = 100

/** Stops early when the platform itself has ended. */
export async function strikeAll(options: StrikeOptions): Promise<readonly Struck[]> {
  const { stage, faults, tell } = options
  const random = createRandom(options.seed + 1)
  const struck: Struck[] = []
  const recovering = new Set<Promise<void>>()

  async function note(fault: Fault, killed: number | undefined): Promise<void> {
    const found = await watchRecovery(options, fault, killed)
    struck.push(found)
    const visible = Math.round(found.visibleMs ?? 0)
    tell(`${fault.number}/${faults.length} ${nameOf(fault)}: ${found.outcome}, ${visible} ms`)
  }

  for (const fault of faults) {
    if (performance.now() > options.endsAt || stage.ended() !== undefined) break
    await sleep(fault.gapMs)
    const injected = await inject(stage, fault, random.pick)
    if (injected.outcome !== 'injected') {
      struck.push({ fault, outcome: injected.outcome, acknowledgedMs: null, visibleMs: null })
      tell(`${fault.number}/${faults.length} ${nameOf(fault)}: ${injected.outcome}`)
      continue
    }
    const tracked = note(fault, injected.pid).finally(() => recovering.delete(tracked))
    recovering.add(tracked)
    if (!fault.isOverlapped) await tracked
  }
  await Promise.all(recovering)
  return struck
}

async function watchRecovery(
  options: StrikeOptions,
  fault: Fault,
  killed: number | undefined,
): Promise<Struck> {
  const startedAt = performance.now()
  const isLate = (): boolean => performance.now() - startedAt > LONGEST_RECOVERY_MS
  const lost: Struck = { fault, outcome: 'not recovered', acknowledgedMs: null, visibleMs: null }
  const formId = await options.crew.probe()
  if (formId === undefined) return lost
  const acknowledgedMs = performance.now() - startedAt
  while (!(await options.isVisible(formId).catch(() => false))) {
    if (isLate()) return { ...lost, acknowledgedMs }
    await sleep(LOOK_MS)
  }
  const visibleMs = performance.now() - startedAt
  if (killed !== undefined) {
    while (!(await isReplaced(options.stage, fault, killed))) {
      if (isLate()) return { ...lost, acknowledgedMs, visibleMs }
      await sleep(LOOK_MS)
    }
  }
  return { fault, outcome: 'survived', acknowledgedMs, visibleMs }
}

/** A role that was killed runs again, under another number. */
async function isReplaced(stage: Stage, { target }: Fault, killed: number): Promise<boolean> {
  if (target === 'postgres' || target === 'backend' || target === 'broker') return true
  const pid = await findRole(stage.supervisor, target as Role) // what is killed and is none of those is a role
  return pid !== undefined && pid !== killed
}
