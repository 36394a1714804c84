import { randomUUID } from 'node:crypto'
import type { FastifyListenOptions } from 'fastify'
import { createApi } from '#api/index.ts'
import { createPostgres, createWarehouseClient, measureFeedLag, measurePool } from '#infra/platform/index.ts'
import { openArchive } from './archive.ts'
import type { ApiEnv } from './config.ts'
import type { RoleSockets, StartRole } from './role.ts'

/** The HTTP side. Several may listen on one port. */
export const startApi: StartRole<ApiEnv> = async (env, log, metrics, { sockets, tracing }) => {
  const postgres = createPostgres({
    url: env.DATABASE_URL,
    applicationName: 'casehouse-api',
    maxConnections: 20,
  })
  measurePool(metrics, 'api', postgres)
  measureFeedLag(metrics, postgres)
  const warehouse = createWarehouseClient({
    url: env.CLICKHOUSE_URL,
    username: env.CLICKHOUSE_READER_USER,
    password: env.CLICKHOUSE_READER_PASSWORD,
    database: env.CLICKHOUSE_DATABASE,
    applicationName: 'casehouse-api',
  })
  const archive = await openArchive(env, { postgres, log })
  const app = await createApi({
    postgres,
    warehouse,
    archive,
    log,
    limitPreset: env.CASEHOUSE_LIMITS,
    operatorToken: env.CASEHOUSE_OPERATOR_TOKEN,
    dashboardsUrl: env.CASEHOUSE_DASHBOARDS_URL ?? null,
    now: () => new Date(),
    instanceId: env.CASEHOUSE_INSTANCE_ID ?? randomUUID(),
    publicUrl: env.CASEHOUSE_PUBLIC_URL,
    metrics,
    tracing,
    readOtherMetrics: toOtherMetrics(env),
  })
  await app.listen(toListenOptions(env, sockets))
  sockets.keep(app.server)
  const close = async (): Promise<void> => {
    await app.close()
    archive?.close()
    await warehouse.close()
    await postgres.close()
  }
  return {
    stop: close,
    async retire() {
      await app.retire()
      await close()
    },
  }
}

/** Connections that the system holds until they are taken up; beyond Node's own 511, a burst of phones was reset unheard. */
const WAITING_CONNECTIONS = 4_096

/** Takes over the socket of the process before, or opens one, which others may open too: the system shares connections out. */
function toListenOptions(env: ApiEnv, { inherited }: RoleSockets): FastifyListenOptions {
  const reusePort = process.platform === 'linux' && inherited === undefined
  return {
    host: env.CASEHOUSE_HOST,
    port: env.CASEHOUSE_PORT,
    backlog: WAITING_CONNECTIONS,
    ...(reusePort ? { reusePort } : {}),
    // Fastify hands its options to Node's own `listen`, which takes a handle where there is one.
    ...(inherited === undefined ? {} : { handle: inherited }),
  }
}

const METRICS_TIMEOUT_MS = 3_000

/** The supervisor knows the numbers of the other processes; without one, each process shows its own. */
function toOtherMetrics(env: ApiEnv): (() => Promise<string>) | undefined {
  const { CASEHOUSE_CONTROL_URL: url, CASEHOUSE_OPERATOR_TOKEN: token } = env
  if (url === undefined) return undefined
  return async () => {
    const answer = await fetch(`${url}/metrics`, {
      headers: { authorization: `Bearer ${token.reveal()}` },
      signal: AbortSignal.timeout(METRICS_TIMEOUT_MS),
    })
    return answer.ok ? answer.text() : ''
  }
}
