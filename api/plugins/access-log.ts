import type { FastifyInstance } from 'fastify'

/** Routes that are asked all the time and say nothing new. */
const QUIET = new Set(['/health', '/metrics', '/', '/*'])

/** One line a request, with the route's pattern in place of the address: no query, no id, no name is logged. */
export function installAccessLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const facts = {
      request_id: request.id,
      method: request.method,
      route,
      // Only one that exists: anything may be typed into an address.
      domain: request.domain?.domain,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(request.principal ? { principal: request.principal.kind } : {}),
    }
    if (QUIET.has(route) && reply.statusCode < 500) request.log.debug(facts, 'request served')
    else request.log.info(facts, 'request served')
  })
}
