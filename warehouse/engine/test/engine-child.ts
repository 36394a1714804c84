/** An engine in a process of its own, for tests that kill it: `node engine-child.ts FOLDER`, prints its URL. */
import { createLog } from '#infra/platform/index.ts'
import { startEngine } from '../start-engine.ts'

const engine = await startEngine({
  path: process.argv[2] ?? '',
  port: 0,
  connections: 3,
  maxWaiting: 2,
  logins: { owner: { username: 'owner', password: 'o' }, reader: { username: 'reader', password: 'r' } },
  log: createLog({ name: 'test-engine', level: 'debug' }),
}).catch((error: unknown) => {
  process.stdout.write(`${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`)
  process.exit(1)
})
process.stdout.write(`${engine.url}\n`)
process.once('SIGTERM', () => void engine.close().then(() => process.exit(0)))
