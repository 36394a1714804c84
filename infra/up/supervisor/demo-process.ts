/** Fills the demo project from a process of its own: what it needs of memory and time is gone when it is done. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { DataDir } from '../data-dir/data-dir.ts'
import { ROOT } from '../root.ts'

export interface DemoProcess {
  readonly dataDir: DataDir
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/**
 * Runs `demo load` against the platform that runs on `dataDir`. It draws its progress on our stderr and ends when we end.
 * @returns whether everything was sent; it has said itself why not
 */
export function loadDemoApart({ dataDir, env, signal }: DemoProcess): Promise<boolean> {
  const main = join(ROOT, 'infra', 'up', 'main.ts')
  const words = ['demo', 'load', '--json', '--data', dataDir.path]
  // What the operator has set for commands would lead it to another platform.
  const { CASEHOUSE_URL: _url, CASEHOUSE_KEY: _key, CASEHOUSE_DATA: _data, ...rest } = env
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...words], {
    env: rest,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const stop = (): boolean => child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  return new Promise((resolve) => {
    const end = (isDone: boolean): void => {
      signal.removeEventListener('abort', stop)
      resolve(isDone)
    }
    child.once('error', () => end(false))
    child.once('exit', (code) => end(code === 0))
  })
}
