import type { FastifyInstance } from 'fastify'

/** Answers of the API are never frames, never guessed at, and never kept by caches. Pages bring their own policy. */
export function installSecurityHeaders(
  app: FastifyInstance,
  { publicUrl }: { publicUrl?: string | undefined },
): void {
  const isSecure = publicUrl?.startsWith('https:') ?? false
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-request-id': request.id,
    })
    if (isSecure) reply.header('strict-transport-security', 'max-age=31536000')
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '')
    if (type.startsWith('application/json')) {
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
      if (!reply.hasHeader('content-security-policy'))
        reply.header('content-security-policy', "default-src 'none'")
    }
    return payload
  })
}
