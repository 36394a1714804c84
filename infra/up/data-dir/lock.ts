/** One data directory, one owner: a running platform, or one command that works on the data directly. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { dataDirInUse } from '../problems.ts'
import type { DataDir } from './data-dir.ts'
import { toUnwritable } from './to-unwritable.ts'

const Holder = z.object({
  pid: z.number().int(),
  purpose: z.enum(['up', 'command']),
  /** Tells this process from a later one with the same pid; null where the system does not say. */
  process_started: z.string().nullable(),
})
export type Holder = z.infer<typeof Holder>

/**
 * Takes the lock; a holder that is dead is replaced.
 * @returns the release
 * @throws UP_DATA_IN_USE
 */
export function takeLock(dataDir: DataDir, purpose: Holder['purpose']): () => void {
  const holder: Holder = { pid: process.pid, purpose, process_started: readProcessStart(process.pid) }
  for (let attempt = 0; !tryWrite(dataDir.lockFile, holder); attempt += 1) {
    const other = findHolder(dataDir)
    if (other && (attempt > 3 || isAlive(other))) {
      throw dataDirInUse({ dataDir: dataDir.path, pid: other.pid, purpose: other.purpose })
    }
    rmSync(dataDir.lockFile, { force: true })
  }
  return () => {
    if (findHolder(dataDir)?.pid === process.pid) rmSync(dataDir.lockFile, { force: true })
  }
}

/** Who holds the lock and is alive. */
export function findLiveHolder(dataDir: DataDir): Holder | undefined {
  const holder = findHolder(dataDir)
  return holder && isAlive(holder) ? holder : undefined
}

function findHolder(dataDir: DataDir): Holder | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(dataDir.lockFile, 'utf8')))
  } catch {
    // Nobody, or a file torn by a full disk: both mean that nobody can be found by it.
    return undefined
  }
}

/** Written beside and then linked: whoever looks finds a whole holder, or none. */
function tryWrite(path: string, holder: Holder): boolean {
  const draft = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw toUnwritable(dirname(path), error)
  } finally {
    rmSync(draft, { force: true })
  }
}

function isAlive(holder: Holder): boolean {
  if (!isPidAlive(holder.pid)) return false
  const started = readProcessStart(holder.pid)
  return started === null || holder.process_started === null || started === holder.process_started
}

/** Whether a process with this id exists, also another user's. */
export function isPidAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Start time in clock ticks since boot, from /proc; null elsewhere than on Linux. */
function readProcessStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name may hold spaces and brackets; fields count from after its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
