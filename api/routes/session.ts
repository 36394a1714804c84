import type { FastifyInstance } from 'fastify'
import { Session, SignIn } from '../contract.ts'
import { getPrincipal } from '../plugins/access.ts'
import { clearSessionCookie, findSessionToken, setSessionCookie } from '../plugins/session-cookie.ts'
import { credentialsWrong } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import type { WebUser } from '#tenants/contract.ts'

/** Sign in, who am I, sign out: for browsers. */
export function sessionRoutes(app: FastifyInstance, { tenants, publicUrl }: ApiDependencies): void {
  const isSecure = publicUrl?.startsWith('https:') ?? false
  const tag = 'session'

  async function toSession(user: WebUser): Promise<Session> {
    const { userId, email, firstName, lastName, isSuperuser } = user
    return {
      user: { user_id: userId, email, first_name: firstName, last_name: lastName, is_superuser: isSuperuser },
      domains: [...(await tenants.webUsers.listMemberships(user))],
    }
  }

  defineRoute(
    app,
    {
      method: 'POST',
      url: '/api/session',
      permission: 'public',
      tag,
      summary: 'Sign in',
      body: SignIn,
      answer: Session,
    },
    async ({ body, request, reply }) => {
      const user = await tenants.webUsers.authenticate(body.email, body.password)
      if (!user) throw credentialsWrong({})
      const previous = findSessionToken(request)
      if (previous !== undefined) await tenants.sessions.revoke(previous)
      setSessionCookie(reply, await tenants.sessions.create(user.userId), isSecure)
      return toSession(user)
    },
  )

  defineRoute(
    app,
    {
      method: 'GET',
      url: '/api/session',
      permission: 'signed-in',
      tag,
      summary: 'Who is signed in',
      answer: Session,
    },
    async ({ request }) => {
      const principal = getPrincipal(request)
      const user = principal.kind === 'web-user' ? await tenants.webUsers.find(principal.userId) : undefined
      if (!user) throw credentialsWrong({})
      return toSession(user)
    },
  )

  defineRoute(
    app,
    { method: 'DELETE', url: '/api/session', permission: 'signed-in', tag, summary: 'Sign out', status: 204 },
    async ({ request, reply }) => {
      const token = findSessionToken(request)
      if (token !== undefined) await tenants.sessions.revoke(token)
      clearSessionCookie(reply)
      return reply.code(204).send()
    },
  )
}
