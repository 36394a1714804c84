/**
 * ClickHouse's HTTP interface over the library in this process, spoken well enough for the stock `@clickhouse/client`, for
 * curl and for BI tools. Only one process may hold a data folder; every other one asks this one over HTTP.
 */
import './thread-pool.ts'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import type { Log } from '#infra/platform/index.ts'
import { createAnswer } from './answer.ts'
import { createSpool } from './body.ts'
import { createAuthenticate, type EngineLogins } from './credentials.ts'
import { createEngine, ownFolder } from './engine.ts'
import { createLanes } from './lanes.ts'
import { createNumbers, type EngineNumbers } from './numbers.ts'
import { createPipes } from './pipes.ts'
import type { ReaderLimits } from './prologue.ts'
import { createRunStatement } from './run-statement.ts'
import { createSessions } from './sessions.ts'

export interface EngineOptions {
  /** The data folder; made if missing. */
  readonly path: string
  readonly host?: string | undefined
  /** 0 for any. */
  readonly port: number
  readonly logins: EngineLogins
  /** Statements that run at once; readers get one less. */
  readonly connections?: number | undefined
  readonly maxBodyBytes?: number | undefined
  readonly maxWaiting?: number | undefined
  readonly maxWaitMs?: number | undefined
  readonly reader?: Partial<ReaderLimits> | undefined
  readonly log: Log
}

export interface RunningEngine {
  readonly url: string
  readonly port: number
  /** For the process's metrics. */
  numbers(): EngineNumbers
  /** Takes no more, lets what runs finish for ten seconds, ends the rest, closes the data folder. */
  close(): Promise<void>
}

const MAX_CONNECTIONS = 2_000
const READER_LIMITS: ReaderLimits = { maxMemoryBytes: 2 * 1024 ** 3, maxThreads: 2, maxExecutionSeconds: 60 }
const CLOSE_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 10_000

/**
 * @throws WAREHOUSE_ENGINE_LOCKED when another process holds the folder, WAREHOUSE_ENGINE_FAILED, WAREHOUSE_ENGINE_PIPES_MISSING
 * Source: ADR 0003; ClickHouse, "HTTP interface".
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const path = resolve(options.path)
  const host = options.host ?? '127.0.0.1'
  const connections = options.connections ?? 4
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const engine = await createEngine(path)
  const lanes = createLanes({
    lanes: connections,
    maxWaiting: options.maxWaiting ?? 1_000,
    maxWaitMs: options.maxWaitMs ?? 30_000,
  })
  const sessions = createSessions(engine.open)
  const numbers = createNumbers()
  const runStatement = createRunStatement({
    engine,
    lanes,
    sessions,
    pipes: createPipes({ folder: join(ownFolder(path), 'pipes'), count: connections }),
    spool: createSpool(join(ownFolder(path), 'spool')),
    limits: { ...READER_LIMITS, ...options.reader },
  })
  const answer = createAnswer({
    engine,
    runStatement,
    numbers,
    authenticate: createAuthenticate(options.logins),
    maxBodyBytes: options.maxBodyBytes ?? 4 * 1024 ** 3,
    log: options.log,
  })
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 0,
    maxHeaderSize: 1024 * 1024,
  })
  // What comes beyond is closed at once: file descriptors are left for the tables.
  server.maxConnections = MAX_CONNECTIONS
  const busy = new Set<Promise<void>>()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const work = answer.request(request, response)
    busy.add(work)
    void work.finally(() => busy.delete(work))
  })
  const port = await listen(server, host, options.port).catch((error: unknown) => {
    engine.close()
    throw error
  })
  options.log.info({ path, port, version: engine.version }, 'engine started')
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    numbers: () => numbers.read({ running: lanes.running(), waiting: lanes.waiting() }),
    close: async () => {
      server.close()
      server.closeIdleConnections()
      const timer = setTimeout(answer.abortAll, CLOSE_TIMEOUT_MS)
      while (busy.size > 0) await Promise.allSettled(busy)
      clearTimeout(timer)
      server.closeAllConnections()
      sessions.close()
      engine.close()
      options.log.info({ path }, 'engine closed')
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, done)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
