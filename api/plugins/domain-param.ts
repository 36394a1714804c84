import type { FastifyRequest } from 'fastify'

/** The domain that a route's address names. */
export function findDomainParam(request: FastifyRequest): string | undefined {
  const params: unknown = request.params
  if (typeof params !== 'object' || params === null || !('domain' in params)) return undefined
  return typeof params.domain === 'string' ? params.domain : undefined
}
