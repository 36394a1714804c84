/** What answers where: tells "no such address" from "not with this method". */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RoutePermission } from '../plugins/access.ts'
import { methodNotAllowed, routeMissing } from '../problems.ts'
import type { RouteDocument } from './define-route.ts'

export interface Address {
  readonly method: string
  /** The pattern, like `/a/:domain/api/v1/filters`. */
  readonly url: string
  readonly permission: RoutePermission | undefined
  readonly document: RouteDocument | undefined
}

/** Where the API alone answers; everything else may be a page. */
const OWN = ['/api/*', '/a/:domain/api/*', '/a/:domain/receiver/*'] as const
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function toMatcher(url: string): RegExp {
  const pattern = url
    .replace(/\/+$/, '')
    .split('/')
    .map((part) => {
      if (part === '*') return '.*'
      return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    })
    .join('/')
  return new RegExp(`^${pattern}/?$`)
}

/** Collects every route that is added after this call. */
export function collectAddresses(app: FastifyInstance): readonly Address[] {
  const addresses: Address[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) {
      addresses.push({ method: one, url, permission: config?.permission, document: config?.document })
    }
  })
  return addresses
}

/** Answers 405 or 404 for what no route takes, also where a page's address would begin with the same letters. */
export function installMissing(app: FastifyInstance, addresses: readonly Address[]): void {
  let matchers: readonly { readonly method: string; readonly matches: RegExp }[] | undefined

  async function refuse(request: FastifyRequest): Promise<FastifyReply> {
    matchers ??= addresses
      .filter(({ url }) => !url.endsWith('*') && url !== '/')
      .map(({ method, url }) => ({ method, matches: toMatcher(url) }))
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = [
      ...new Set(matchers.filter(({ matches }) => matches.test(path)).map(({ method }) => method)),
    ]
    if (allowed.length === 0) throw routeMissing({})
    throw methodNotAllowed({ allowed: allowed.sort() })
  }

  app.setNotFoundHandler(refuse)
  for (const url of OWN)
    app.route({ method: METHODS, url, config: { permission: 'public' }, handler: refuse })
}
