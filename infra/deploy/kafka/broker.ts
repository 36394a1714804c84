/** Apache Kafka as one process on this machine: for development, tests and the benchmark. A cluster is somebody else's. */
import { spawn } from 'node:child_process'
import { existsSync, openSync, closeSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { findJars } from './find-jars.ts'
import { brokerFailed } from './problems.ts'
import { runProgram } from './run-program.ts'
import { toServerProperties } from './settings.ts'

export interface BrokerOptions {
  /** Holds `log/`, `server.properties` and `broker.log`; a broker started on it again has its topics. */
  readonly dataDir: string
  readonly jarsDir: string
  /** A free one unless told. */
  readonly port?: number | undefined
  readonly controllerPort?: number | undefined
  /** `true`: goes on when this process ends. */
  readonly isDetached?: boolean | undefined
}

export interface Broker {
  /** `host:port`. */
  readonly address: string
  readonly port: number
  readonly controllerPort: number
  readonly pid: number
  /** SIGTERM, and SIGKILL after 20 s. */
  stop(): Promise<void>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<void>
}

/** Any identity will do for a cluster of one, as long as the folder keeps it. */
const CLUSTER_ID = 'Y2FzZWhvdXNla2Fma2ExMQ'
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000
const JAVA_MEMORY = ['-Xms128m', '-Xmx512m', '-XX:+UseG1GC', '-Djava.awt.headless=true']

/**
 * Formats the storage the first time, starts, and returns when the broker answers a client (3 to 8 s).
 * @throws KAFKA_TOOL_MISSING, KAFKA_JARS_UNRESOLVED, KAFKA_BROKER_FAILED
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const classPath = await findJars(options.jarsDir)
  const port = options.port ?? (await freePort())
  const controllerPort = options.controllerPort ?? (await freePort())
  const storage = join(options.dataDir, 'log')
  const properties = join(options.dataDir, 'server.properties')
  const logFile = join(options.dataDir, 'broker.log')
  await mkdir(storage, { recursive: true })
  await writeFile(properties, toServerProperties({ dataDir: storage, port, controllerPort }))
  if (!existsSync(join(storage, 'meta.properties'))) await format(classPath, properties, logFile)

  const output = openSync(logFile, 'a')
  const child = spawn('java', [...JAVA_MEMORY, '-cp', classPath, 'kafka.Kafka', properties], {
    stdio: ['ignore', output, output],
    detached: options.isDetached === true,
  })
  closeSync(output)
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const endWithUs = (): boolean => child.kill('SIGKILL')
  if (options.isDetached === true) child.unref()
  else process.once('exit', endWithUs)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
    process.off('exit', endWithUs)
  }
  const address = `127.0.0.1:${port}`
  const failed = ended.then(() => {
    throw brokerFailed({ what: 'ended while starting', logFile })
  })
  try {
    await Promise.race([waitForAnswer(address, logFile), failed])
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address,
    port,
    controllerPort,
    pid: child.pid ?? 0,
    stop,
    kill: (signal) => child.kill(signal),
    ended,
  }
}

async function format(classPath: string, properties: string, logFile: string): Promise<void> {
  const args = ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties]
  const { code, output } = await runProgram('java', args)
  if (code === 0) return
  await writeFile(logFile, output)
  throw brokerFailed({ what: 'could not format its storage', logFile })
}

/** A port that accepts is not yet a broker that answers, so a client asks. */
async function waitForAnswer(address: string, logFile: string): Promise<void> {
  const endsAt = performance.now() + START_TIMEOUT_MS
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } })
  while (performance.now() < endsAt) {
    const admin = kafka.admin()
    try {
      await admin.connect()
      const { controller } = await admin.describeCluster()
      if (controller !== null) return
    } catch {
      // Not yet: the loop asks again until the time is up.
    } finally {
      await admin.disconnect()
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  throw brokerFailed({ what: `did not answer within ${START_TIMEOUT_MS / 1_000} s`, logFile })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
