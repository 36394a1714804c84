/** A server of a benchmark as a process of its own: says its address, then its CPU time as often as it is asked. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { z } from 'zod'

export const ROOT = resolve(import.meta.dirname, '../../..')

const Listening = z.object({ url: z.string() })
const CpuTime = z.object({ user: z.number(), system: z.number() })

export interface ForkedServer {
  readonly url: string
  /** Milliseconds of CPU so far. */
  cpuMs(): Promise<number>
  stop(): Promise<void>
}

/** @param script from the root of the checkout */
export async function forkServer(
  script: string,
  env: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): Promise<ForkedServer> {
  const child = fork(join(ROOT, script), [], {
    env: { ...process.env, ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ended, and was not asked to`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
  return {
    url: Listening.parse(message).url,
    async cpuMs() {
      child.send('cpu')
      const [answer] = await Promise.race([once(child, 'message'), ended])
      const { user, system } = CpuTime.parse(answer)
      return (user + system) / 1_000
    },
    async stop() {
      const exited = once(child, 'exit')
      child.send('exit')
      await exited
    },
  }
}
