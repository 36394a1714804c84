/** Runs the ClickHouse engine of the warehouse in a process of its own for the length of a test run. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { EnginePlace } from './place.ts'

const ENTRY = join(import.meta.dirname, 'engine-main.ts')
const WAREHOUSE = resolve(import.meta.dirname, '../../warehouse/index.ts')
const START_TIMEOUT_MS = 60_000

export interface EngineProcess {
  readonly place: EnginePlace
  close(): Promise<void>
}

/** @param path the engine's data folder, made by it. Never throws: tests that need the engine say why it is absent. */
export async function startEngineProcess(path: string): Promise<EngineProcess> {
  if (!existsSync(WAREHOUSE)) return absent('warehouse/index.ts is not there')
  const owner = { username: 'owner', password: randomBytes(12).toString('hex') }
  const reader = { username: 'reader', password: randomBytes(12).toString('hex') }
  const child = spawn(process.execPath, [ENTRY], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  })
  child.stdin.write(`${JSON.stringify({ path, logins: { owner, reader } })}\n`)
  const url = await firstLine(child.stdout, exited)
  if (url === undefined) {
    child.kill('SIGKILL')
    return absent(output)
  }
  return {
    place: { kind: 'running', url, owner, reader },
    close: async () => {
      // The engine ends when its standard input does, so it also ends when this process is killed.
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(timer)
    },
  }
}

function absent(reason: string): EngineProcess {
  return { place: { kind: 'absent', reason }, close: async () => undefined }
}

async function firstLine(stream: NodeJS.ReadableStream, exited: Promise<void>): Promise<string | undefined> {
  const lines = createInterface({ input: stream })
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), START_TIMEOUT_MS)
  })
  const line = new Promise<string>((done) =>
    lines.on('line', (text) => text.startsWith('http') && done(text)),
  )
  const first = await Promise.race([line, exited.then(() => undefined), timeout])
  clearTimeout(timer)
  return first
}
