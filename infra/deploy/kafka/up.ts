/** `npm run kafka:up [-- --port N]`: a Kafka broker on loopback that goes on until `npm run kafka:down`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Problem } from '#infra/platform/index.ts'
import { startBroker } from './broker.ts'
import { DEFAULT_PORT, findRunningBroker, KAFKA_DIR, PID_FILE } from './place.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: String(DEFAULT_PORT) } } })

async function up(): Promise<string> {
  const running = await findRunningBroker()
  if (running !== undefined)
    return `Kafka already runs on ${running.address} (process ${running.pid}); npm run kafka:down stops it.`
  const port = Number(values.port)
  await mkdir(KAFKA_DIR, { recursive: true })
  const broker = await startBroker({
    dataDir: KAFKA_DIR,
    jarsDir: KAFKA_DIR,
    port,
    controllerPort: port + 1,
    isDetached: true,
  })
  await writeFile(PID_FILE, JSON.stringify({ pid: broker.pid, address: broker.address }))
  return `Kafka runs on ${broker.address} (process ${broker.pid}, data in ${KAFKA_DIR}).\nUse it: KAFKA_BROKERS=${broker.address} npm start\nStop it: npm run kafka:down`
}

try {
  process.stdout.write(`${await up()}\n`)
  process.exit(0)
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
