/** The real roles as processes of their own, and what each has cost. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../../..')
/** Of `/proc`, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export interface RoleProcess {
  readonly role: string
  readonly pid: number
  stop(): Promise<void>
}

/** Returns when the role says that it is ready. */
export async function startRole(
  role: string,
  env: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): Promise<RoleProcess> {
  const child = fork(join(ROOT, 'infra/up/main.ts'), ['serve', role], {
    env: { PATH: process.env['PATH'], CASEHOUSE_LOG_LEVEL: 'warn', ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the ${role} ended before it was ready`)
  })
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
  return { role, pid: child.pid ?? 0, stop: () => stopChild(child) }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.send({ kind: 'stop' })
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(timer)
}

/** CPU seconds so far, of the process and of the children that it has waited for. */
export function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid)
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
}

/** The same with all its children that live: for Postgres, whose sessions are processes. */
export function cpuSecondsOfTree(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => statOf(Number(name))[1] === String(pid))
  return children.reduce((sum, child) => sum + cpuSecondsOf(Number(child)), cpuSecondsOf(pid))
}

/** What follows the name in `/proc/PID/stat`: state, parent, …; nothing for a process that has ended. */
function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
