import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../root.ts'
import type { DashboardsEnv } from './config.ts'
import type { StartRole } from './role.ts'

/** The pages, as SvelteKit's adapter has built them. They read `API_URL` from the environment by themselves. */
export const startDashboards: StartRole<DashboardsEnv> = async (env, log) => {
  const built = pathToFileURL(join(ROOT, 'dashboards', 'build', 'handler.js')).href
  // What the adapter writes: `handler` is a middleware of the shape of Node's own listeners.
  const { handler } = (await import(built)) as { readonly handler: RequestListener }
  const server = createServer(handler)
  const { CASEHOUSE_DASHBOARDS_HOST: host, CASEHOUSE_DASHBOARDS_PORT: port } = env
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  log.info({ host, port }, 'dashboards listening')
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        // What is still open is a page being followed; the browser comes back by itself.
        setTimeout(() => server.closeAllConnections(), 1_000).unref()
      }),
  }
}
