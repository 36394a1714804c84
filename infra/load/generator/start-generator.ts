import { fork } from 'node:child_process'
import { join } from 'node:path'
import { GeneratorMessage, type Acknowledged, type LoadPlan, type LoadResult } from './plan.ts'

/**
 * Runs a plan in a process of its own, so that what the caller does meanwhile delays no request.
 * @param onAcknowledged what the plan's `tellEvery` asks for, in portions, a few hundredths of a second later
 * @throws when the process ends without a result
 */
export function generate(
  plan: LoadPlan,
  onAcknowledged: (forms: readonly Acknowledged[]) => void = () => undefined,
): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'main.ts'), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The generator ended with ${code} and no result.`)))
    child.on('message', (text) => {
      const message = GeneratorMessage.parse(text)
      switch (message.kind) {
        case 'ready':
          return child.send(plan)
        case 'acknowledged':
          return onAcknowledged(message.forms)
        case 'result':
          return resolve(message.result)
        case 'failed':
          return reject(new Error(`The generator failed: ${message.reason}`))
      }
    })
  })
}
