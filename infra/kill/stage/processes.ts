/** The processes of the platform under test, found from outside: the supervisor's children by their words. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Role } from '../plan/fault.ts'

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly words: string
}

async function listProcesses(): Promise<readonly Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-ewwo', 'pid=,ppid=,args='], { maxBuffer: 16_000_000 })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, words] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return words === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), words }]
  })
}

export async function findRole(supervisor: number, role: Role): Promise<number | undefined> {
  const all = await listProcesses()
  return all.find(({ parent, words }) => parent === supervisor && words.endsWith(` serve ${role}`))?.pid
}

/** The one that owns the others, and the sessions of clients; none while it is down. */
export async function findPostgres(
  supervisor: number,
): Promise<{ readonly postmaster: number | undefined; readonly backends: readonly number[] }> {
  const all = await listProcesses()
  const postmaster = all.find(
    ({ parent, words }) => parent === supervisor && /\/postgres -D /.test(words),
  )?.pid
  const backends = all.filter(
    ({ parent, words }) => parent === postmaster && /^postgres: \S+ casehouse \[local\]/.test(words),
  )
  return { postmaster, backends: backends.map(({ pid }) => pid) }
}

/** @returns false when it was gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** What a role was started with, for a second one like it. Linux only. */
export async function readEnvironment(pid: number): Promise<Record<string, string>> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8')
  return Object.fromEntries(
    text
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** Whether it is stopped by a signal. Linux only. */
export async function isStopped(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) T /.test(text)
}
