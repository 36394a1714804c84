/** The engine's own process: one JSON line in on standard input, the URL out on standard output, ends when the input ends. */
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { createLog } from '#infra/platform/index.ts'
import { startEngine } from '#warehouse/index.ts'

const Login = z.object({ username: z.string(), password: z.string() })
const Start = z.object({ path: z.string(), logins: z.object({ owner: Login, reader: Login }) })

const lines = createInterface({ input: process.stdin })
const ended = new Promise<void>((done) => lines.once('close', done))
const first = await new Promise<string>((done) => lines.once('line', done))
const { path, logins } = Start.parse(JSON.parse(first))
const engine = await startEngine({
  path,
  host: '127.0.0.1',
  port: 0,
  logins,
  log: createLog({ name: 'test-engine', level: 'warn' }),
})
process.stdout.write(`${engine.url}\n`)
await ended
await engine.close()
process.exit(0)
