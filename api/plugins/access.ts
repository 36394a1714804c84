/**
 * Who asks, and whether they may. Runs before the body is read. Every route names what it needs in `config.permission`;
 * one that names nothing lets nobody in.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DomainRecord, Permission, Principal } from '#tenants/contract.ts'
import { domainMissing } from '#tenants/index.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { accessForbidden, credentialsMissing, originForbidden, routeUnguarded } from '../problems.ts'
import { createAuthenticate } from './authenticate.ts'
import { findDomainParam } from './domain-param.ts'

/** `public`: anybody. `signed-in`: any credentials. `operator`: the command line. Else: a permission in the route's domain. */
export type RoutePermission = Permission | 'public' | 'signed-in' | 'operator'

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: RoutePermission
    /** Answer 401 with `WWW-Authenticate: Basic`; not for what browsers' pages call, they would ask with a dialog. */
    challenge?: boolean
  }
  interface FastifyRequest {
    /** Null before authentication and on public routes. */
    principal: Principal | null
    /** Of routes below `/a/:domain/` or `…/domains/:domain/`. */
    domain: DomainRecord | null
  }
}

/** The principal of a route that is not public. */
export function getPrincipal(request: FastifyRequest): Principal {
  if (!request.principal) throw credentialsMissing({})
  return request.principal
}

/** The domain of a route with `:domain` that is not public. */
export function getDomain(request: FastifyRequest): DomainRecord {
  if (!request.domain) throw domainMissing({})
  return request.domain
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** A key or token is sent by a program alone; cookies and basic credentials a browser sends by itself, to whoever asks it to. */
function isSentByHand(authorization: string | undefined): boolean {
  return authorization !== undefined && !/^\s*basic\b/i.test(authorization)
}

/** A browser says where a write comes from; only our own pages may ask for one. @throws API_ORIGIN_FORBIDDEN */
export function refuseForeignOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  if (SAFE_METHODS.includes(request.method) || isSentByHand(request.headers.authorization)) return
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw originForbidden({})
  const { origin, host } = request.headers
  if (origin === undefined) return
  const ownOrigins = [`http://${host}`, `https://${host}`, ...(publicUrl ? [new URL(publicUrl).origin] : [])]
  if (!ownOrigins.includes(origin)) throw originForbidden({})
}

export interface Entered {
  readonly principal: Principal
  readonly domain: DomainRecord | null
}

/** Decides who asks and whether they may. @throws what refuses them */
export type Enter = (
  request: FastifyRequest,
  permission: Exclude<RoutePermission, 'public'>,
) => Promise<Entered>

export function createEnter(dependencies: ApiDependencies): Enter {
  const { tenants } = dependencies
  const authenticate = createAuthenticate(dependencies)

  return async function enter(request, permission) {
    const principal = await authenticate(request)
    if (permission === 'signed-in') return { principal, domain: null }
    if (permission === 'operator') {
      if (principal.kind !== 'operator') throw accessForbidden({ permission })
      return { principal, domain: null }
    }
    const name = findDomainParam(request) ?? ''
    if (!/^[a-z0-9-]+$/.test(name)) throw accessForbidden({ permission })
    const permissions = await tenants.listPermissions(name, principal)
    // A stranger hears the same about a domain that exists and one that does not.
    if (!permissions.includes(permission)) throw accessForbidden({ permission })
    const domain = await tenants.domains.get(name)
    if (!domain.isActive && principal.kind !== 'operator') throw domainMissing({})
    return { principal, domain }
  }
}

export function installAccess(app: FastifyInstance, dependencies: ApiDependencies): void {
  const enter = createEnter(dependencies)
  app.decorateRequest('principal', null)
  app.decorateRequest('domain', null)

  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const { permission } = request.routeOptions.config
    if (permission === undefined) throw routeUnguarded({})
    if (permission === 'public') return
    refuseForeignOrigin(request, dependencies.publicUrl)
    const { principal, domain } = await enter(request, permission)
    request.principal = principal
    request.domain = domain
  })
}
