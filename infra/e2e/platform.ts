/** A whole platform on a directory of its own, with a small demo project, for tests that look at it from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type DemoRequest, loadDemo, type ProgrammeSize } from '#infra/demo/index.ts'
import type { ApiCaller } from '../up/caller/caller.ts'
import { openCaller } from '../up/caller/open-caller.ts'

const PROGRAM = join(import.meta.dirname, '../up/casehouse.mjs')
const START_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 20_000

const UpResult = z.object({
  url: z.string(),
  email: z.string(),
  password: z.string(),
  engine_url: z.string(),
})

export interface RunningPlatform extends z.infer<typeof UpResult> {
  /** Requests as the operator of this platform. */
  readonly caller: ApiCaller
  /** The data directory. */
  readonly data: string
  /** What `up` has said on stderr so far. */
  said(): string
  /** Stops every process and removes the data. */
  stop(): Promise<void>
}

/**
 * Starts `casehouse up` with pages and without the demo.
 * @param env beside this process's own. @throws when it ends or is not ready within 3 minutes
 */
export async function startPlatform(env: Readonly<Record<string, string>> = {}): Promise<RunningPlatform> {
  const data = mkdtempSync(join(tmpdir(), 'casehouse-e2e-'))
  const args = [PROGRAM, 'up', '--json', '--no-demo', '--port', '0', '--data', data]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const result = UpResult.parse(JSON.parse(await firstLine(child)))
  const caller = await openCaller({ json: true, data }, process.env, { engine: false })
  return {
    ...result,
    caller,
    data,
    said: () => said,
    async stop() {
      await caller.close()
      await end(child)
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [out, said] = ['', '']
    const timer = setTimeout(() => reject(new Error(`up was not ready in time:\n${said}`)), START_TIMEOUT_MS)
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (!out.includes('\n')) return
      clearTimeout(timer)
      resolve(out)
    })
    child.once('exit', () => {
      clearTimeout(timer)
      reject(new Error(`up ended before it was ready:\n${said}`))
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}

/** Fills the project space `demo` through the receiver, in the size asked for; it ends now. */
export async function fillDemo(caller: ApiCaller, size: ProgrammeSize): Promise<void> {
  const request: DemoRequest = async ({ method, path, headers, body }) => {
    const isForm = Buffer.isBuffer(body)
    const answer = await caller.send({
      method,
      path,
      headers: {
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    })
    return { status: answer.status, body: parse(answer.text) }
  }
  await loadDemo({ domain: 'demo', seed: 7, until: new Date(), request, onProgress: () => undefined, size })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Sends one small form of a worker, as a phone would. @returns the status of the receiver's answer */
export async function submitVisit(
  caller: ApiCaller,
  worker: { userId: string; username: string },
): Promise<number> {
  const now = new Date().toISOString()
  const xml = `<?xml version='1.0' ?><data xmlns="http://openrosa.org/formdesigner/e2e" name="Walk-in Visit"><note>seen</note>
    <n0:meta xmlns:n0="http://openrosa.org/jr/xforms"><n0:deviceID>e2e</n0:deviceID><n0:timeStart>${now}</n0:timeStart>
    <n0:timeEnd>${now}</n0:timeEnd><n0:username>${worker.username}</n0:username><n0:userID>${worker.userId}</n0:userID>
    <n0:instanceID>${crypto.randomUUID()}</n0:instanceID></n0:meta></data>`
  const answer = await caller.send({
    method: 'POST',
    path: '/a/demo/receiver/secure/e2e/',
    headers: { 'content-type': 'text/xml', 'x-openrosa-version': '3.0' },
    body: xml,
  })
  return answer.status
}
