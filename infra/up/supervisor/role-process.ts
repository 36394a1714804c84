/** One process of a role, from its start to its end. It is never started again: that is `kept-process.ts`. */
import { spawn, type ChildProcess, type SendHandle } from 'node:child_process'
import type { RotatingLog } from './rotating-log.ts'
import { FromRole, type ToRole } from './messages.ts'

export interface RoleProcessOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: RotatingLog
  /** Of the process before, where there is one. */
  readonly socket: SendHandle | undefined
  readonly onSocket: (socket: SendHandle) => void
  readonly onPong: () => void
}

export interface RoleProcess {
  readonly pid: number | undefined
  readonly startedAtMs: number
  /** Rejects when it ends before it has said so. */
  readonly ready: Promise<void>
  /** How it ended: a signal's name or `exit code N`. */
  readonly exited: Promise<string>
  ping(): void
  /** The process's numbers in Prometheus' text format. @throws when it does not answer within 2 s */
  metrics(): Promise<string>
  /** Asks it to end, and kills it after `graceMs`. */
  end(how: 'stop' | 'retire', graceMs: number): Promise<void>
  kill(): void
}

const METRICS_TIMEOUT_MS = 2_000

export function startRoleProcess(options: RoleProcessOptions): RoleProcess {
  const child = spawnRole(options)
  const ready = Promise.withResolvers<void>()
  const exited = Promise.withResolvers<string>()
  const asked = new Map<number, (text: string) => void>()
  let lastId = 0
  ready.promise.catch(() => undefined)

  child.on('message', (message, socket) => {
    const said = FromRole.safeParse(message)
    if (!said.success) return
    switch (said.data.kind) {
      case 'ready':
        return ready.resolve()
      case 'socket':
        return socket === undefined ? undefined : options.onSocket(socket)
      case 'pong':
        return options.onPong()
      case 'metrics':
        return asked.get(said.data.id)?.(said.data.text)
    }
  })
  // `spawn` reports a program that cannot run by `error` alone; everything else ends in `exit`.
  child.on('error', (error) => options.log.write(`${String(error)}\n`))
  child.once('exit', (code, signal) => {
    const how = signal ?? `exit code ${code}`
    ready.reject(new Error(how))
    exited.resolve(how)
  })
  say(child, { kind: 'begin' }, options.socket)
  return {
    pid: child.pid,
    startedAtMs: performance.now(),
    ready: ready.promise,
    exited: exited.promise,
    ping: () => say(child, { kind: 'ping' }),
    async metrics() {
      lastId += 1
      const id = lastId
      const answer = Promise.withResolvers<string>()
      asked.set(id, answer.resolve)
      const timer = setTimeout(() => answer.reject(new Error('no answer')), METRICS_TIMEOUT_MS)
      say(child, { kind: 'metrics', id })
      return answer.promise.finally(() => {
        clearTimeout(timer)
        asked.delete(id)
      })
    },
    end: async (how, graceMs) => endChild(child, how, graceMs),
    kill: () => child.kill('SIGKILL'),
  }
}

function spawnRole({ program, args, env, log }: RoleProcessOptions): ChildProcess {
  // In a session of its own: Ctrl-C reaches the supervisor alone, which then stops all in order.
  const child = spawn(program, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  child.stdout?.on('data', (chunk: Buffer) => log.write(chunk))
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk))
  return child
}

/** One that has gone hears nothing; its `exit` tells. */
function say(child: ChildProcess, message: ToRole, socket?: SendHandle): void {
  if (child.connected) child.send(message, socket, {}, () => undefined)
}

async function endChild(child: ChildProcess, how: 'stop' | 'retire', graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.connected) say(child, { kind: how })
  else child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(killer)
}
