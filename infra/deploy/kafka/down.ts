/** `npm run kafka:down`: stops the broker of `kafka:up`; what it holds stays for the next start. */
import { rm } from 'node:fs/promises'
import { findRunningBroker, PID_FILE } from './place.ts'

const GRACE_MS = 20_000

const running = await findRunningBroker()
if (running === undefined) process.stdout.write('No Kafka broker of this checkout runs.\n')
else {
  process.kill(running.pid, 'SIGTERM')
  const endsAt = performance.now() + GRACE_MS
  while ((await findRunningBroker()) !== undefined) {
    if (performance.now() > endsAt) process.kill(running.pid, 'SIGKILL')
    await new Promise((done) => setTimeout(done, 100))
  }
  process.stdout.write(`Kafka stopped (process ${running.pid}).\n`)
}
await rm(PID_FILE, { force: true })
