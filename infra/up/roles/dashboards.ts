import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { Server as Listener } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Metrics } from '#infra/platform/index.ts'
import { ROOT } from '../root.ts'
import type { DashboardsEnv } from './config.ts'
import type { StartRole } from './role.ts'

/** How long those who are connected may take before they are cut off: at the end of all, and when another process has begun. */
const LONGEST_STOP_MS = 1_000
const LONGEST_RETIRE_MS = 5_000
const POLL_MS = 50
/** The API passes pages on over a few of these; what comes beyond is closed at once. */
const MAX_CONNECTIONS = 1_000

/** The pages, as SvelteKit's adapter has built them. They read `API_URL` from the environment by themselves. */
export const startDashboards: StartRole<DashboardsEnv> = async (env, log, metrics, { sockets }) => {
  const built = pathToFileURL(join(ROOT, 'dashboards', 'build', 'handler.js')).href
  // What the adapter writes: `handler` is a middleware of the shape of Node's own listeners.
  const { handler } = (await import(built)) as { readonly handler: RequestListener }
  const observe = measurePages(metrics)
  let isRetiring = false
  const server = createServer((request, response) => {
    if (isRetiring) response.setHeader('connection', 'close')
    observe(request, response)
    handler(request, response)
  })
  server.maxConnections = MAX_CONNECTIONS
  const { CASEHOUSE_DASHBOARDS_HOST: host, CASEHOUSE_DASHBOARDS_PORT: port } = env
  const place = sockets.inherited ?? { host, port }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, resolve)
  })
  sockets.keep(server)
  log.info({ host, port }, 'dashboards listening')
  return {
    stop: async () => close(server),
    async retire() {
      isRetiring = true
      // The server's own `close` would cut connections on which the API is just about to ask.
      Listener.prototype.close.call(server)
      const endsAt = performance.now() + LONGEST_RETIRE_MS
      while (performance.now() < endsAt && (await countConnections(server)) > 0) await sleep(POLL_MS)
      await close(server)
    },
  }
}

function measurePages(metrics: Metrics): (request: IncomingMessage, response: ServerResponse) => void {
  const seconds = metrics.histogram('dashboards_request_seconds', 'Time to the end of a page.', ['status'])
  return (_request, response) => {
    const startedMs = performance.now()
    response.once('close', () => {
      const status = `${Math.floor(response.statusCode / 100)}xx`
      seconds.observe({ status }, (performance.now() - startedMs) / 1_000)
    })
  }
}

async function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count))
  })
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // What is still open is a page being followed; the browser comes back by itself.
    setTimeout(() => server.closeAllConnections(), LONGEST_STOP_MS).unref()
  })
}
