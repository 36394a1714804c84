/** Starts and ends the engine of `engine-child.ts`. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@clickhouse/client'

const ENTRY = join(import.meta.dirname, 'engine-child.ts')

export interface Child {
  /** The URL, or the code of the problem. */
  readonly said: string
  readonly process: ChildProcess
  log(): string
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export async function startChild(folder: string): Promise<Child> {
  const child = spawn(process.execPath, [ENTRY, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const said = await new Promise<string>((done, fail) => {
    createInterface({ input: child.stdout }).once('line', done)
    void exited.then(() => setTimeout(() => fail(new Error(log)), 200))
  })
  return {
    said,
    process: child,
    log: () => log,
    end: async (signal) => {
      child.kill(signal)
      await exited
    },
  }
}

export async function makeFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'casehouse-engine-test-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export const connect = (url: string, options: Parameters<typeof createClient>[0] = {}) =>
  createClient({ url, username: 'owner', password: 'o', ...options })
