import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_DAYS } from '#tenants/index.ts'

const COOKIE = 'casehouse_session'

export function findSessionToken(request: FastifyRequest): string | undefined {
  return request.cookies[COOKIE]
}

/** @param isSecure whether people reach us by https. */
export function setSessionCookie(reply: FastifyReply, token: string, isSecure: boolean): void {
  reply.setCookie(COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    maxAge: SESSION_DAYS * 86_400,
  })
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(COOKIE, { path: '/', httpOnly: true, sameSite: 'lax' })
}
