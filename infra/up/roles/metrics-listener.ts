/** The numbers of this process alone at an address of their own, where roles run on several machines and each is read by itself. */
import { createServer } from 'node:http'
import type { Log } from '#infra/platform/contract.ts'
import type { Metrics } from '#infra/platform/index.ts'

export interface MetricsListenerOptions {
  readonly host: string
  readonly port: number
  readonly metrics: Metrics
  readonly log: Log
}

/** `GET /metrics`, and nothing else: there is no login, so the address must be one that only machines of ours reach. @returns closes it */
export async function serveMetrics({
  host,
  port,
  metrics,
  log,
}: MetricsListenerOptions): Promise<() => void> {
  const server = createServer((request, response) => {
    request.resume()
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  log.info({ host, port }, 'metrics listening')
  return () => {
    server.close()
    server.closeAllConnections()
  }
}
