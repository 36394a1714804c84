import type { FastifyInstance } from 'fastify'
import type { Tenants } from '#tenants/index.ts'
import { defineRoute } from '../../server/define-route.ts'
import { toDomainAnswer, toShownOnce } from './answers.ts'
import {
  DomainAnswer,
  DomainsAnswer,
  NewDomainBody,
  NewUserBody,
  UserAnswer,
  UserPasswordBody,
} from './schemas.ts'

const tag = 'administration'

/** Project spaces and web users: the operator alone. */
export function domainAndUserRoutes(app: FastifyInstance, { tenants }: { tenants: Tenants }): void {
  defineRoute(
    app,
    {
      method: 'POST',
      url: '/api/admin/domains',
      permission: 'operator',
      tag,
      summary: 'Create a project space',
      body: NewDomainBody,
      answer: DomainAnswer,
      status: 201,
    },
    async ({ body }) =>
      toDomainAnswer(
        await tenants.domains.create(body.domain, {
          title: body.title,
          timezone: body.timezone,
          secureSubmissions: body.secure_submissions,
        }),
      ),
  )

  defineRoute(
    app,
    {
      method: 'GET',
      url: '/api/admin/domains',
      permission: 'operator',
      tag,
      summary: 'List all project spaces',
      answer: DomainsAnswer,
    },
    async () => ({ domains: (await tenants.domains.list()).map(toDomainAnswer) }),
  )
  userRoutes(app, { tenants })
}

function userRoutes(app: FastifyInstance, { tenants }: { tenants: Tenants }): void {
  defineRoute(
    app,
    {
      method: 'POST',
      url: '/api/admin/users',
      permission: 'operator',
      tag,
      summary: 'Create a web user, or make an existing one a member of one more project space',
      body: NewUserBody,
      answer: UserAnswer,
      status: 201,
    },
    async ({ body }) => {
      // Asked first: a user must not be left without the domain that was meant.
      const { domain } = await tenants.domains.get(body.domain)
      const existing = await tenants.webUsers.findByEmail(body.email)
      const { user, password } = existing
        ? { user: existing, password: null }
        : await tenants.webUsers.create({
            email: body.email,
            password: body.password,
            firstName: body.first_name,
            lastName: body.last_name,
          })
      await tenants.webUsers.setMembership(domain, user.userId, body.role)
      return { user_id: user.userId, email: user.email, domain, role: body.role, ...toShownOnce(password) }
    },
  )

  defineRoute(
    app,
    {
      method: 'POST',
      url: '/api/admin/users/password',
      permission: 'operator',
      tag,
      summary: 'Give a web user a new password and end all sessions',
      body: UserPasswordBody,
      answer: UserAnswer,
    },
    async ({ body }) => {
      const { user, password } = await tenants.webUsers.resetPassword(body.email, body.password)
      return { user_id: user.userId, email: user.email, ...toShownOnce(password) }
    },
  )
}
