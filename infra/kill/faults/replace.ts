/**
 * A process that is stopped for longer than its turn: it has planned a range, its session with Postgres breaks, another instance
 * takes over and delivers, and then the first wakes up, believes that it is still its turn, and delivers too.
 */
import { spawn } from 'node:child_process'
import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Role } from '../plan/fault.ts'
import { findPostgres, findRole, isStopped, readEnvironment, signal } from '../stage/processes.ts'
import type { Stage } from '../stage/stage.ts'
import type { Injected } from './inject.ts'

const MAIN = join(import.meta.dirname, '../../up/main.ts')
const START_MS = 2_500
/** Its supervisor's channel, and what arms it. */
const NOT_FOR_A_RIVAL = /^(NODE_CHANNEL_|CASEHOUSE_FAIL_POINTS|CASEHOUSE_SUPERVISED)/
const PATIENCE_MS = 15_000
const BESIDE_MS = 1_000

export async function replaceActive(stage: Stage, fault: Fault): Promise<Injected> {
  const role = fault.target as Role // the plan pairs no other
  const pid = await findRole(stage.supervisor, role)
  if (pid === undefined) return { outcome: 'absent' }
  const env = Object.fromEntries(
    Object.entries(await readEnvironment(pid)).filter(([name]) => !NOT_FOR_A_RIVAL.test(name)),
  )
  const rival = spawn(process.execPath, [MAIN, 'serve', role], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const log = createWriteStream(join(stage.folder, `rival-${fault.number}.log`))
  let said = ''
  rival.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    log.write(chunk)
  })
  const gone = new Promise<void>((done) => rival.once('exit', () => done()))
  try {
    // It stands by first; the start of a process takes seconds.
    await sleep(START_MS)
    writeFileSync(stage.pointsFile(role), 'feed.range.planned=stop')
    if (!(await until(() => isStopped(pid)))) return { outcome: 'unreached' }
    // Its server side is gone, as when a network gives up on it; nothing tells the stopped process.
    for (const backend of (await findPostgres(stage.supervisor)).backends) signal(backend, 'SIGTERM')
    const isReplaced = await until(async () => said.includes('feed consumer active'))
    await sleep(fault.holdMs)
    signal(pid, 'SIGCONT')
    await sleep(BESIDE_MS)
    return { outcome: isReplaced ? 'injected' : 'unreached', pid: undefined }
  } finally {
    writeFileSync(stage.pointsFile(role), '')
    rival.kill('SIGKILL')
    await gone
    log.end()
  }
}

async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  const endsAt = performance.now() + PATIENCE_MS
  while (performance.now() < endsAt) {
    if (await isSo()) return true
    await sleep(50)
  }
  return false
}
