import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Principal, WebUser } from '#tenants/contract.ts'
import { credentialsMissing, credentialsWrong } from '../problems.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { findDomainParam } from './domain-param.ts'
import { findSessionToken } from './session-cookie.ts'

/** @throws API_CREDENTIALS_MISSING, API_CREDENTIALS_WRONG, TENANTS_PASSWORDS_BUSY */
export type Authenticate = (request: FastifyRequest) => Promise<Principal>

interface NamedSecret {
  readonly name: string
  readonly secret: string
}

function splitAtColon(text: string): NamedSecret | undefined {
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

/** `Basic` credentials as name and password; undefined when they are not well-formed. Source: RFC 7617. */
export function parseBasic(credentials: string): NamedSecret | undefined {
  return splitAtColon(Buffer.from(credentials, 'base64').toString('utf8'))
}

function credentialsHoldNul({ name, secret }: NamedSecret): boolean {
  return name.includes('\u0000') || secret.includes('\u0000')
}

function isEqual(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

function toPrincipal(user: WebUser): Principal {
  return { kind: 'web-user', userId: user.userId, email: user.email, isSuperuser: user.isSuperuser }
}

const FULL_USERNAME = /@([a-z0-9-]+)\.commcarehq\.org$/i

/** Four ways in: basic (web user or mobile worker), `ApiKey name:key`, the operator's `Bearer`, the session's cookie. */
export function createAuthenticate({ tenants, operatorToken }: ApiDependencies): Authenticate {
  async function findBasic(
    { name, secret }: NamedSecret,
    domain: string | undefined,
  ): Promise<Principal | undefined> {
    const workerDomain =
      FULL_USERNAME.exec(name)?.[1]?.toLowerCase() ?? (name.includes('@') ? undefined : domain)
    if (workerDomain === undefined) {
      const user = await tenants.webUsers.authenticate(name, secret)
      return user && toPrincipal(user)
    }
    const result = await tenants.workers.authenticateBasic(workerDomain, name, secret)
    return result.kind === 'ok'
      ? {
          kind: 'mobile-worker',
          domain: workerDomain,
          userId: result.worker.userId,
          username: result.worker.username,
        }
      : undefined
  }

  async function findByHeader(header: string, domain: string | undefined): Promise<Principal | undefined> {
    const space = header.indexOf(' ')
    const scheme = header.slice(0, space).toLowerCase()
    const credentials = header.slice(space + 1).trim()
    if (scheme === 'bearer')
      return isEqual(credentials, operatorToken.reveal()) ? { kind: 'operator' } : undefined
    const named = scheme === 'apikey' ? splitAtColon(credentials) : parseBasic(credentials)
    if (!named || credentialsHoldNul(named)) return undefined
    if (scheme === 'basic') return findBasic(named, domain)
    return scheme === 'apikey' ? tenants.apiKeys.authenticate(named.name, named.secret) : undefined
  }

  return async function authenticate(request) {
    const header = request.headers.authorization
    if (header !== undefined) {
      const principal = await findByHeader(header, findDomainParam(request))
      if (!principal) throw credentialsWrong({})
      return principal
    }
    const token = findSessionToken(request)
    if (token === undefined) throw credentialsMissing({})
    const user = await tenants.sessions.authenticate(token)
    if (!user) throw credentialsWrong({})
    return toPrincipal(user)
  }
}
