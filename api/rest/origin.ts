import type { FastifyRequest } from 'fastify'

/** What addresses in answers begin with: how this asker reached us. */
export function toOrigin(request: FastifyRequest, { publicUrl }: { publicUrl?: string | undefined }): string {
  return publicUrl === undefined ? `${request.protocol}://${request.host}` : new URL(publicUrl).origin
}
