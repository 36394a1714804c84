/** Arms a running role, waits until it comes to the point, and wakes it again when it has stopped itself there. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Role } from '../plan/fault.ts'
import { findRole, isStopped, signal } from '../stage/processes.ts'
import type { Stage } from '../stage/stage.ts'
import type { Injected } from './inject.ts'

const PATIENCE_MS = 10_000
const POLL_MS = 20
const ACTIONS = { 'kill-at': 'kill', 'stop-at': 'stop', 'fail-at': 'fail' } as const

export async function strikeAtPoint(stage: Stage, fault: Fault): Promise<Injected> {
  const { kind, target, point, time } = fault
  if (kind !== 'kill-at' && kind !== 'stop-at' && kind !== 'fail-at')
    throw new Error(`${kind} is at no point`)
  const role = target as Role // the plan arms roles alone
  const pid = await findRole(stage.supervisor, role)
  if (pid === undefined) return { outcome: 'absent' }
  const file = stage.pointsFile(role)
  const taken = `${file}.taken`
  rmSync(taken, { force: true })
  writeFileSync(file, `${point}=${ACTIONS[kind]}:${time}`)
  const endsAt = performance.now() + PATIENCE_MS
  while (!existsSync(taken) || readFileSync(taken, 'utf8') === '') {
    if (performance.now() > endsAt) {
      writeFileSync(file, '')
      return { outcome: 'unreached' }
    }
    await sleep(POLL_MS)
  }
  if (kind === 'stop-at') await wake(stage, role, fault.holdMs)
  return { outcome: 'injected', pid: kind === 'kill-at' ? pid : undefined }
}

/** It may be another process than was armed, when that one has ended in between. */
async function wake(stage: Stage, role: Role, holdMs: number): Promise<void> {
  await sleep(holdMs)
  const pid = await findRole(stage.supervisor, role)
  if (pid !== undefined && (await isStopped(pid))) signal(pid, 'SIGCONT')
}
