/** Which Postgres, if any, already runs on a folder: what its `postmaster.pid` says, checked against the live process. */
import { execFile } from 'node:child_process'
import { readFile, readlink, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Above every system's largest process id, below 2^31. */
const NO_PID = 2_147_483_646

/**
 * The process id of the server on `folder`. A file left by a server that was killed names no process, or one that has
 * since been given to another program: both count as nothing running.
 */
export async function findRunningServer(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined
  return (await servesFolder(pid, folder)) ? pid : undefined
}

/**
 * A pid file left by a crash may name a process that has since become another program, which Postgres takes for a server.
 * Only the number is replaced, by one that no process can have: the rest lets Postgres find sessions of the dead server
 * that still hold its shared memory. Call it only when `findRunningServer` found none.
 */
export async function disownStalePidFile(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const pid = Number(text.split('\n')[0])
  if (Number.isSafeInteger(pid) && pid > 1 && isAlive(pid))
    await writeFile(file, text.replace(/^\d+/, String(NO_PID)))
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function servesFolder(pid: number, folder: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // The server's working folder is its data folder.
    const current = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
    return current === (await realpath(folder))
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes(folder)
}

/** Signals the server and waits until it is gone: a fast shutdown first, an immediate one when that takes too long. */
export async function stopServer(pid: number, { fastTimeoutMs = 60_000 } = {}): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', fastTimeoutMs],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const endsAt = performance.now() + timeoutMs
    while (performance.now() < endsAt) {
      if (!isAlive(pid)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
