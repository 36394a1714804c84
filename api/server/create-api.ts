import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import compress from '@fastify/compress'
import fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { promisify } from 'node:util'
import { constants } from 'node:zlib'
import { createMetrics } from '#infra/platform/index.ts'
import { createIngest, createIngestReads, createOriginals } from '#ingest/index.ts'
import { createTenants, readWorkerEvents, readWorkerVersions, repeatWorkers } from '#tenants/index.ts'
import { createWarehouseQueries } from '#warehouse/index.ts'
import { createApiLimits } from '../limits/api-limits.ts'
import { limitQueries } from '../limits/limit-queries.ts'
import { installAccess } from '../plugins/access.ts'
import { installAccessLog } from '../plugins/access-log.ts'
import { installProblems, sendUnrouted } from '../plugins/problems.ts'
import { installSecurityHeaders } from '../plugins/security-headers.ts'
import { domainAndUserRoutes } from '../routes/admin/domains-and-users.ts'
import { groupAndLocationRoutes } from '../routes/admin/groups-and-locations.ts'
import { workerAndKeyRoutes } from '../routes/admin/workers-and-keys.ts'
import { archiveRoutes } from '../routes/admin/archive.ts'
import { feedRoutes } from '../routes/admin/feed.ts'
import { limitRoutes } from '../routes/admin/limits.ts'
import { documentRoutes } from '../routes/documents.ts'
import { exportRoutes } from '../routes/exports.ts'
import { parkedRoute, replayRoute } from '../routes/parked.ts'
import { pipelineRoute } from '../routes/pipeline.ts'
import { streamRoute } from '../stream/stream-route.ts'
import { dashboardsRoutes } from '../routes/dashboards.ts'
import { auditRoute } from '../routes/admin/audit.ts'
import { attachmentRoutes } from '../rest/attachment-routes.ts'
import { caseRoutes } from '../rest/case-routes.ts'
import { formRoutes } from '../rest/form-routes.ts'
import { userDomainsRoute } from '../rest/user-domains-route.ts'
import { casePageRoutes } from '../routes/case-pages.ts'
import { formPageRoutes } from '../routes/form-pages.ts'
import { receiverRoutes } from '../routes/receiver.ts'
import { reportRoutes } from '../routes/reports.ts'
import { healthRoute } from '../routes/health.ts'
import { metricsRoute } from '../routes/metrics.ts'
import { sessionRoutes } from '../routes/session.ts'
import { collectAddresses, installMissing } from './addresses.ts'
import type { Address } from './addresses.ts'
import type { ApiDependencies, ApiOptions } from './dependencies.ts'
import { installRetirement } from './retire.ts'

/** Of JSON bodies; the receiver has limits of its own. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024
/** Ids come in paths: 255 characters, each up to three bytes in percent-encoding. */
const MAX_PARAM_LENGTH = 1_000

/** What comes beyond is closed at once: file descriptors are left for the stores. Each page that follows the stream holds one. */
const MAX_CONNECTIONS = 5_000

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route with what it asks for, for documents and for the test that none is unguarded. */
    routeList: readonly Address[]
  }
}

function createServer({ log, publicUrl }: ApiOptions): FastifyInstance {
  return fastify({
    loggerInstance: log as FastifyBaseLogger,
    // One line a request is written by our own plugin.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    // With a proxy before us, on this machine, addresses and protocol are what it says.
    trustProxy: publicUrl === undefined ? false : 'loopback',
    // A photo over a poor line takes its time; headers do not.
    requestTimeout: 300_000,
    http: { headersTimeout: 20_000, connectionsCheckingInterval: 5_000 },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    frameworkErrors: sendUnrouted,
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
  })
}

/** Whatever is under way for somebody holds one of these. */
function measureConnections(app: FastifyInstance, { metrics }: ApiDependencies): void {
  const connections = metrics.gauge('api_connections', 'Connections of askers; at 5,000 more are closed.')
  const read = promisify(app.server.getConnections.bind(app.server))
  metrics.beforeRead(async () => connections.set(await read()))
}

async function installPlugins(app: FastifyInstance, dependencies: ApiDependencies): Promise<void> {
  await app.register(cookie)
  await app.register(compress, {
    threshold: 1_024,
    encodings: ['br', 'gzip'],
    // Not HTML: pages are sent piece by piece, and a compressor would hold the pieces back.
    customTypes:
      /^(application\/json|text\/(css|plain|csv|javascript|xml)|application\/javascript|image\/svg\+xml)/,
    // The default quality of brotli (11) costs more than the network that it saves.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    zlibOptions: { level: 4 },
  })
  installProblems(app)
  installSecurityHeaders(app, dependencies)
  installAccessLog(app)
  installAccess(app, dependencies)
}

function createDependencies(options: ApiOptions): ApiDependencies {
  const { postgres, log, now } = options
  const readMember = options.archive?.readMember
  const newId = () => randomUUID().replaceAll('-', '')
  const metrics = options.metrics ?? createMetrics({ role: 'api' })
  const tenants = createTenants({ postgres, now, newId, metrics })
  const closesExtensions = async (domain: string) =>
    (await tenants.domains.find(domain))?.closesExtensions ?? true
  const preset = options.limitPreset ?? 'off'
  const limits = createApiLimits({ postgres, log, now, metrics, tenants, preset })
  const boundsOf = limits.laneBoundsOf
  const warehouse = limitQueries(options.warehouse, limits, metrics)
  return {
    ...options,
    warehouse,
    metrics,
    limits,
    newId,
    tenants,
    ingest: createIngest({ postgres, log, now, newId, closesExtensions, metrics, boundsOf, readMember }),
    reads: createIngestReads({ postgres, readMember }),
    queries: createWarehouseQueries({ warehouse, now }),
  }
}

/**
 * The whole HTTP side of the platform, ready to listen. `close()` drains: new requests get 503, those under way end.
 * Owns neither the database nor the engine's client.
 */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const dependencies = createDependencies(options)
  const app = createServer(options)
  app.server.maxConnections = MAX_CONNECTIONS
  measureConnections(app, dependencies)
  const addresses = collectAddresses(app)
  app.decorate('routeList', addresses)
  installRetirement(app)
  await installPlugins(app, dependencies)

  healthRoute(app, dependencies)
  metricsRoute(app, dependencies)
  sessionRoutes(app, dependencies)
  domainAndUserRoutes(app, dependencies)
  workerAndKeyRoutes(app, dependencies)
  groupAndLocationRoutes(app, dependencies)
  limitRoutes(app, dependencies)
  feedRoutes(app, dependencies)
  archiveRoutes(app, dependencies)
  auditRoute(app, {
    ...dependencies,
    originals: {
      ...createOriginals(options.archive?.readMember),
      readWorkerEvents,
      readWorkerVersions,
      repeatWorkers,
    },
  })
  attachmentRoutes(app, dependencies)
  reportRoutes(app, dependencies)
  exportRoutes(app, dependencies)
  formPageRoutes(app, dependencies)
  casePageRoutes(app, dependencies)
  parkedRoute(app, dependencies)
  replayRoute(app, dependencies)
  pipelineRoute(app, dependencies)
  streamRoute(app, dependencies)
  formRoutes(app, dependencies)
  caseRoutes(app, dependencies)
  userDomainsRoute(app, dependencies)
  documentRoutes(app, { ...dependencies, addresses })
  await receiverRoutes(app, dependencies)
  installMissing(app, addresses)
  await dashboardsRoutes(app, dependencies)
  // Who waits for a rate comes again, and reaches the process that has taken over.
  app.retirement.addEventListener('abort', () => dependencies.limits.refuseWaiting())
  app.addHook('preClose', async () => dependencies.limits.refuseWaiting())
  app.addHook('onClose', async () => {
    await dependencies.ingest.drain()
    await dependencies.limits.close()
  })
  await app.ready()
  return app
}
