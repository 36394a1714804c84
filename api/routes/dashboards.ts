/** Everything that is not the API: pages and assets, from the dashboards process. */
import type { FastifyInstance } from 'fastify'
import httpProxy from '@fastify/http-proxy'
import type { ApiDependencies } from '../server/dependencies.ts'

const STARTING_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>Starting</title>
<style>
  body { font: 1.125rem/1.5 system-ui, sans-serif; color: #1c2530; background: #f5f7f9; display: grid; place-items: center; min-height: 100vh; margin: 0 }
  main { max-width: 28rem; padding: 2rem }
  h1 { font-size: 1.5rem; margin: 0 0 .5rem }
  p { margin: 0 }
</style>
</head>
<body><main role="status"><h1>The pages are starting</h1><p>This page tries again every two seconds. Forms are received meanwhile.</p></main></body>
</html>
`

/** Every address that no other route takes; without a dashboards process there is nothing there. */
export async function dashboardsRoutes(
  app: FastifyInstance,
  { dashboardsUrl }: ApiDependencies,
): Promise<void> {
  if (dashboardsUrl === null) return
  await app.register(httpProxy, {
    upstream: dashboardsUrl,
    prefix: '/',
    config: { permission: 'public' },
    undici: { connections: 64, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 0 },
    // It would log addresses, which name forms and cases; the access log has one line of its own.
    disableRequestLogging: true,
    replyOptions: {
      // Pages must know the address that people see, for links and for their own check of origins.
      rewriteRequestHeaders: (request, headers) => ({
        ...headers,
        host: request.headers.host ?? '',
        'x-forwarded-host': request.headers.host ?? '',
        'x-forwarded-proto': request.protocol,
        'x-forwarded-for': request.ip,
      }),
      // The plugin would ask again up to ten times when the pages answer 503.
      retryDelay: () => null,
      onError: (reply) => {
        reply
          .code(503)
          .headers({ 'retry-after': '2', 'cache-control': 'no-store' })
          .type('text/html; charset=utf-8')
          .send(STARTING_PAGE)
      },
    },
  })
}
