import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Principal } from '#tenants/contract.ts'
import type { Tenants } from '#tenants/index.ts'
import { getPrincipal } from '../plugins/access.ts'
import { defineRoute } from '../server/define-route.ts'
import { Meta, parsePaging, RestQuery, toMeta } from './page.ts'

const UserDomain = z.object({ domain_name: z.string(), project_name: z.string() })

async function listDomains(
  { domains, webUsers }: Tenants,
  principal: Principal,
): Promise<z.infer<typeof UserDomain>[]> {
  switch (principal.kind) {
    case 'operator':
      return (await domains.list()).map(({ domain, title }) => ({ domain_name: domain, project_name: title }))
    case 'web-user': {
      const memberships = await webUsers.listMemberships(principal)
      return memberships.map(({ domain, title }) => ({ domain_name: domain, project_name: title }))
    }
    case 'api-key':
    case 'mobile-worker': {
      const { domain, title } = await domains.get(principal.domain)
      return [{ domain_name: domain, project_name: title }]
    }
  }
}

/** Where the caller may go. Source: reference §10.2. */
export function userDomainsRoute(app: FastifyInstance, { tenants }: { tenants: Tenants }): void {
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/api/v0.5/user_domains',
      permission: 'signed-in',
      challenge: true,
      tag: 'session',
      summary: 'The project spaces of the caller',
      query: RestQuery,
      answer: z.object({ meta: Meta, objects: z.array(UserDomain) }),
    },
    async ({ query, request }) => {
      const paging = parsePaging(query)
      const all = await listDomains(tenants, getPrincipal(request))
      const objects = all.slice(paging.offset, paging.offset + paging.limit)
      return { meta: toMeta(query, paging, all.length), objects }
    },
  )
}
