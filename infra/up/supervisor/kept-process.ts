/**
 * One role that is kept alive: its process is started, started again when it crashes, killed when it hangs, and replaced by a new
 * one on request. The socket on which it listens is kept here, so that callers wait while no process is there to answer.
 */
import type { SendHandle } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { roleRestartFailed, roleStartFailed } from '../problems.ts'
import { createBackoff } from './backoff.ts'
import { createPulse, type Pulse, type PulseOptions } from './pulse.ts'
import { startRoleProcess, type RoleProcess } from './role-process.ts'
import type { RotatingLog } from './rotating-log.ts'

export interface KeptProcessOptions {
  readonly role: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: RotatingLog
  readonly pulse: PulseOptions
  /** Two processes of the role may run side by side for a while. */
  readonly mayOverlap: boolean
  /** How long a process may take to end: when it is stopped, and when another has taken its place. */
  readonly graceMs: { readonly stop: number; readonly retire: number }
  /** One line for the operator. */
  readonly tell: (line: string) => void
  readonly onRestart: (reason: RestartReason) => void
}

export type RestartReason = 'crashed' | 'hung' | 'asked'

export interface KeptProcess {
  readonly role: string
  pid(): number | undefined
  /** Settles when the process first says that it is ready. @throws UP_ROLE_START_FAILED after three crashes before that */
  start(): Promise<void>
  /**
   * Puts a new process in the place of the one that runs, which then ends what it has. Where two may run side by side, the new one
   * is ready before the old one is told.
   * @throws UP_ROLE_RESTART_FAILED when the new one does not get ready; the old one then goes on where it still runs
   */
  restart(): Promise<void>
  /** Asks it to end, and kills it when it takes too long. */
  stop(): Promise<void>
  kill(): void
  /** @throws when no process answers */
  metrics(): Promise<string>
}

const START_ATTEMPTS = 3
const RESTART_TIMEOUT_MS = 60_000

export function createKeptProcess(options: KeptProcessOptions): KeptProcess {
  const { role, log, tell } = options
  const backoff = createBackoff()
  const readiness = Promise.withResolvers<void>()
  readiness.promise.catch(() => undefined)
  let current: RoleProcess | undefined
  let socket: SendHandle | undefined
  let timer: NodeJS.Timeout | undefined
  let stopping = false
  let everReady = false
  let failedStarts = 0

  function begin(): RoleProcess {
    const pulse = createPulse(options.pulse)
    const started = startRoleProcess({
      ...options,
      socket,
      onSocket: (listening) => (socket = listening),
      onPong: pulse.answered,
    })
    // Opening a store may keep a young process from answering; only one that was ready can hang.
    void started.ready.then(
      () => watch(started, pulse),
      () => undefined,
    )
    return started
  }

  function watch(started: RoleProcess, pulse: Pulse): void {
    const { everyMs, maxMissed } = options.pulse
    const beat = setInterval(() => {
      const finding = pulse.tick(performance.now())
      if (finding === 'ask') started.ping()
      if (finding !== 'hung' || current !== started) return
      clearInterval(beat)
      tell(`${role} has not answered for ${(everyMs * maxMissed) / 1_000} s; ending it`)
      options.onRestart('hung')
      started.kill()
    }, everyMs)
    void started.exited.then(() => clearInterval(beat))
  }

  /** Makes it the one that counts. */
  function install(started: RoleProcess): void {
    current = started
    void started.ready.then(becomeReady, () => undefined)
    void started.exited.then((how) => leave(started, how))
  }

  function leave(ended: RoleProcess, how: string): void {
    if (current !== ended) return
    current = undefined
    if (!stopping) relaunch(how, performance.now() - ended.startedAtMs)
  }

  function becomeReady(): void {
    if (everReady) tell(`${role} is back`)
    everReady = true
    readiness.resolve()
  }

  function relaunch(how: string, livedMs: number): void {
    if (!everReady) failedStarts += 1
    if (failedStarts >= START_ATTEMPTS) {
      readiness.reject(roleStartFailed({ role, logFile: log.file, lastLines: log.tail(12) }))
      return
    }
    const waitMs = backoff.next(livedMs)
    options.onRestart('crashed')
    tell(`${role} ended (${how}); starting it again in ${waitMs / 1000} s, see ${log.file}`)
    timer = setTimeout(() => install(begin()), waitMs)
  }

  async function untilReady(started: RoleProcess): Promise<void> {
    const late = new AbortController()
    const tooLong = sleep(RESTART_TIMEOUT_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error('too long')
    })
    try {
      await Promise.race([started.ready, tooLong])
    } catch {
      throw roleRestartFailed({ role, logFile: log.file, lastLines: log.tail(12) })
    } finally {
      late.abort()
      tooLong.catch(() => undefined)
    }
  }

  /** The new one beside the old one, which is told only when the new one is ready. */
  async function replace(): Promise<void> {
    const next = begin()
    try {
      await untilReady(next)
    } catch (error) {
      next.kill()
      throw error
    }
    clearTimeout(timer)
    const old = current
    install(next)
    await old?.end('retire', options.graceMs.retire)
  }

  async function stopAndStart(): Promise<void> {
    clearTimeout(timer)
    const old = current
    current = undefined
    await old?.end('stop', options.graceMs.stop)
    if (stopping) return
    const next = begin()
    install(next)
    await untilReady(next)
  }

  return {
    role,
    pid: () => current?.pid,
    start() {
      install(begin())
      return readiness.promise
    },
    async restart() {
      options.onRestart('asked')
      await (options.mayOverlap ? replace() : stopAndStart())
    },
    async stop() {
      stopping = true
      clearTimeout(timer)
      readiness.reject(roleStartFailed({ role, logFile: log.file, lastLines: 'stopped' }))
      closeSocket(socket)
      await current?.end('stop', options.graceMs.stop)
    },
    kill() {
      stopping = true
      clearTimeout(timer)
      current?.kill()
    },
    async metrics() {
      if (current === undefined) throw new Error(`no process of ${role}`)
      return current.metrics()
    },
  }
}

/** Ours alone: the process that listens has its own. From now on callers are refused when that one has gone. */
function closeSocket(socket: SendHandle | undefined): void {
  if (socket !== undefined && 'close' in socket) socket.close()
}
