/**
 * One role process that is kept alive: started, told when to stop, started again when it crashes. The IPC channel carries
 * `ready` and `stop`, and its end tells the child that we are gone.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { roleStartFailed } from '../problems.ts'
import { createBackoff } from './backoff.ts'
import type { RotatingLog } from './rotating-log.ts'

export const ChildMessage = z.object({ kind: z.literal('ready') })
export const ParentMessage = z.object({ kind: z.literal('stop') })

export interface KeptProcessOptions {
  readonly role: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: RotatingLog
  /** One line for the operator. */
  readonly tell: (line: string) => void
}

export interface KeptProcess {
  readonly role: string
  pid(): number | undefined
  /** Settles when the process first says that it is ready. @throws UP_ROLE_START_FAILED after three crashes before that */
  start(): Promise<void>
  /** Asks it to end, and kills it after `graceMs`. */
  stop(graceMs: number): Promise<void>
  kill(): void
}

const START_ATTEMPTS = 3

export function createKeptProcess(options: KeptProcessOptions): KeptProcess {
  const { role, log, tell } = options
  const backoff = createBackoff()
  const readiness = Promise.withResolvers<void>()
  readiness.promise.catch(() => undefined)
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let stopping = false
  let everReady = false
  let failedStarts = 0

  function launch(): void {
    const startedAt = performance.now()
    const current = spawnRole(options)
    child = current
    current.on('message', (message) => {
      if (!ChildMessage.safeParse(message).success) return
      if (everReady) tell(`${role} is back`)
      everReady = true
      readiness.resolve()
    })
    // `spawn` reports a program that cannot run by `error` alone; everything else ends in `exit`.
    current.on('error', (error) => log.write(`${String(error)}\n`))
    current.once('exit', (code, signal) => {
      if (child === current) child = undefined
      if (!stopping) relaunch(`${signal ?? `exit code ${code}`}`, performance.now() - startedAt)
    })
  }

  function relaunch(how: string, livedMs: number): void {
    if (!everReady) failedStarts += 1
    if (failedStarts >= START_ATTEMPTS) {
      readiness.reject(roleStartFailed({ role, logFile: log.file, lastLines: log.tail(12) }))
      return
    }
    const waitMs = backoff.next(livedMs)
    tell(`${role} ended (${how}); starting it again in ${waitMs / 1000} s, see ${log.file}`)
    timer = setTimeout(launch, waitMs)
  }

  return {
    role,
    pid: () => child?.pid,
    start() {
      launch()
      return readiness.promise
    },
    async stop(graceMs) {
      stopping = true
      clearTimeout(timer)
      readiness.reject(roleStartFailed({ role, logFile: log.file, lastLines: 'stopped' }))
      if (child) await stopChild(child, graceMs)
    },
    kill() {
      stopping = true
      clearTimeout(timer)
      child?.kill('SIGKILL')
    },
  }
}

function spawnRole({ program, args, env, log }: KeptProcessOptions): ChildProcess {
  // In a session of its own: Ctrl-C reaches the supervisor alone, which then stops all in order.
  const child = spawn(program, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  child.stdout?.on('data', (chunk: Buffer) => log.write(chunk))
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk))
  return child
}

async function stopChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.connected) child.send({ kind: 'stop' }, () => undefined)
  else child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(killer)
}
