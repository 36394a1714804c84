/** A role process's side of the talk with its supervisor; without one, signals alone say when to stop. */
import type { SendHandle } from 'node:child_process'
import type { Metrics } from '#infra/platform/index.ts'
import { ToRole, type FromRole } from '../supervisor/messages.ts'

export type Ending = 'stop' | 'retire'

export interface Supervised {
  /** The socket on which the process before listens, once the supervisor has said to begin; undefined without either. */
  readonly begun: Promise<SendHandle | undefined>
  /** Settles when the process shall end. */
  readonly ending: Promise<Ending>
  ready(): void
  /** Leaves the socket with the supervisor, so that it outlives this process. */
  keepSocket(socket: SendHandle): void
}

export interface SupervisedOptions {
  /** False for a process that was started by hand, even where something else has given it a channel. */
  readonly isSupervised: boolean
  readonly metrics: Metrics
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function followSupervisor({ isSupervised, metrics }: SupervisedOptions): Supervised {
  const begun = Promise.withResolvers<SendHandle | undefined>()
  const ending = Promise.withResolvers<Ending>()
  const say = (message: FromRole, socket?: SendHandle): void => {
    // A channel that breaks just now ends this process by `disconnect`.
    process.send?.(message, socket, {}, () => undefined)
  }
  if (!isSupervised) begun.resolve(undefined)
  for (const name of SIGNALS) process.on(name, () => ending.resolve('stop'))
  process.on('disconnect', () => ending.resolve('stop'))
  process.on('message', (message, socket: SendHandle) => {
    const said = ToRole.safeParse(message)
    if (!said.success) return
    switch (said.data.kind) {
      case 'begin':
        return begun.resolve(socket)
      case 'stop':
      case 'retire':
        return ending.resolve(said.data.kind)
      case 'ping':
        return say({ kind: 'pong' })
      case 'metrics': {
        const { id } = said.data
        return void metrics.text().then((text) => say({ kind: 'metrics', id, text }))
      }
    }
  })
  return {
    begun: begun.promise,
    ending: ending.promise,
    ready: () => say({ kind: 'ready' }),
    keepSocket: (socket) => {
      if (isSupervised) say({ kind: 'socket' }, socket)
    },
  }
}
