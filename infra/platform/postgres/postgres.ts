/** One pool and one Kysely over it, whose errors are already `Problem`s. */
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool, type ClientConfig, type PoolClient, type PoolConfig } from 'pg'
import type { Postgres } from '../contract.ts'
import type { Secret } from '../secret.ts'
import type { Database } from './database.ts'
import { Problem } from '../problem.ts'
import { postgresBusy } from './problems.ts'
import { toPostgresProblem } from './to-problem.ts'
import { postgresTypes } from './types.ts'

export interface PostgresOptions {
  /** `postgres://…`; or leave it out and give the parts. */
  readonly url?: string | Secret | undefined
  /** A host name, or the folder of a Unix socket. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly password?: Secret | undefined
  readonly database?: string | undefined
  readonly maxConnections?: number | undefined
  /** What `pg_stat_activity` shows. */
  readonly applicationName?: string | undefined
  readonly connectTimeoutMs?: number | undefined
  /** How much work may wait for a connection, up to the timeout; 1,000 unless told. Beyond it PLATFORM_POSTGRES_BUSY at once. */
  readonly maxWaiting?: number | undefined
  /** 0 = none, the default. */
  readonly statementTimeoutMs?: number | undefined
}

const MAX_WAITING = 1_000

type Callback = (error: unknown, ...rest: unknown[]) => void
type Loose = (...parameters: unknown[]) => unknown

/** Calls a driver function that answers by promise or by callback, with its error translated either way. */
function translated(call: Loose, parameters: unknown[]): unknown {
  const last = parameters.at(-1)
  if (typeof last === 'function') {
    const callback = last as Callback // the driver's own convention: error first
    const wrapped: Callback = (error, ...rest) => callback(error && toPostgresProblem(error), ...rest)
    return call(...parameters.slice(0, -1), wrapped)
  }
  const answer = call(...parameters)
  if (!(answer instanceof Promise)) return answer
  return answer.catch((error: unknown) => {
    throw toPostgresProblem(error)
  })
}

/** `Client` with every rejection translated; cursors and copies pass through untouched. */
class ProblemClient extends Client {
  // The driver declares a dozen overloads; they all keep their meaning, only the error changes.
  override query: Client['query'] = ((...parameters: unknown[]) =>
    translated((...inner) => (super.query as Loose).apply(this, inner), parameters)) as Client['query']
}

/** The pool's own `query` hands on what the connection says by an event, which no client translates. */
class ProblemPool extends Pool {
  readonly #maxWaiting: number

  constructor(config: PoolConfig, maxWaiting: number) {
    super(config)
    this.#maxWaiting = maxWaiting
  }

  override query: Pool['query'] = ((...parameters: unknown[]) =>
    translated((...inner) => (super.query as Loose).apply(this, inner), parameters)) as Pool['query']

  // `query` of the pool comes through here too.
  override connect: Pool['connect'] = ((...parameters: unknown[]) =>
    translated((...inner) => {
      if (this.waitingCount < this.#maxWaiting) return (super.connect as Loose).apply(this, inner)
      const problem = postgresBusy({ waiting: this.waitingCount })
      const [callback] = inner
      if (typeof callback !== 'function') return Promise.reject(problem)
      process.nextTick(callback as Callback, problem) // the driver's own convention: error first
      return undefined
    }, parameters)) as Pool['connect']
}

/** The driver's view of our options; sessions speak UTC and ISO, which `toInstantText` relies on. */
export function toClientConfig(options: PostgresOptions): ClientConfig {
  const url = typeof options.url === 'string' ? options.url : options.url?.reveal()
  const place =
    url === undefined
      ? {
          host: options.host,
          port: options.port ?? 5432,
          user: options.user,
          password: options.password?.reveal(),
          database: options.database,
        }
      : { connectionString: url }
  return {
    ...place,
    application_name: options.applicationName ?? 'casehouse',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    statement_timeout: options.statementTimeoutMs ?? 0,
    keepAlive: true,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    types: postgresTypes,
  }
}

/**
 * Opens nothing yet: connections are made when first needed, up to `maxConnections` (default 10).
 * Values are read as `postgres/types.ts` says. Errors are `Problem`s: `PLATFORM_POSTGRES_UNIQUE` (conflict, with
 * `details.constraint`), `…_REFERENCE`, `…_CHECK`, `…_VALUE`, `…_CONTENDED`, `…_OVERLOADED`, `…_BUSY`, `…_UNREACHABLE`; the driver's
 * own error is the `cause`. Statements that are themselves wrong stay `DatabaseError`s.
 */
export function createPostgres(options: PostgresOptions): Postgres {
  const config = {
    ...toClientConfig(options),
    Client: ProblemClient,
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: 30_000,
  }
  const pool = new ProblemPool(config, options.maxWaiting ?? MAX_WAITING)
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  return {
    pool,
    db,
    transaction: (work) => runTransaction(pool, work),
    close: () => (closing ??= pool.end()),
  }
}

async function runTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // A connection that dies between two statements reports it as an event; the next statement will throw it.
  const remember = (error: Error): void => {
    broken = error
  }
  client.on('error', remember)
  try {
    await client.query('begin')
    const result = await work(client)
    const { command } = await client.query('commit')
    if (command !== 'COMMIT')
      throw new Error('the transaction had failed before its commit; an error was swallowed')
    return result
  } catch (error) {
    broken ??= await client.query('rollback').then(
      () => undefined,
      (rollbackError: Error) => rollbackError,
    )
    throw error
  } finally {
    client.off('error', remember)
    client.release(broken)
  }
}

/**
 * Waits until Postgres answers, for programs that start beside it.
 * @throws the last `unavailable` Problem after `timeoutMs`; anything else (a wrong password) at once.
 */
export async function waitForPostgres(
  postgres: Postgres,
  { timeoutMs }: { timeoutMs: number },
): Promise<void> {
  const endsAt = performance.now() + timeoutMs
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      await postgres.pool.query('select 1')
      return
    } catch (error) {
      const mayPass = error instanceof Problem && error.kind === 'unavailable'
      if (!mayPass || performance.now() + pauseMs > endsAt) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
