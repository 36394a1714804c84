/** Who sends a form to an address that asks for it. Source: reference §1.2. */
import type { FastifyRequest } from 'fastify'
import { DEVICE_REPORT_XMLNS } from '#ingest/contract.ts'
import type { AuthContext, SubmissionRequest } from '#ingest/index.ts'
import { Problem } from '#infra/platform/index.ts'
import type { Permission, Principal } from '#tenants/contract.ts'
import { refuseForeignOrigin } from '../plugins/access.ts'
import { createAuthenticate, parseBasic } from '../plugins/authenticate.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { refusal } from './refusal.ts'
import type { Refusal } from './refusal.ts'

export interface Sender {
  readonly authContext: AuthContext
  /** The operator: believed about whom a form comes from. */
  readonly isTrusted: boolean
  /** Of `noauth`: which forms may be kept. */
  readonly accept?: NonNullable<SubmissionRequest['accept']>
}

export type Admission =
  { readonly ok: true; readonly sender: Sender } | { readonly ok: false; readonly refusal: Refusal }

const AUTH_TYPES = ['digest', 'basic', 'noauth', 'api_key', 'oauth2'] as const
type AuthType = (typeof AUTH_TYPES)[number] | 'bearer'

export const DEMO_USER = 'demo_user'
export const CHALLENGE = { 'www-authenticate': 'Basic realm="casehouse"' } as const
const FULL_USERNAME = /@([a-z0-9-]+)\.commcarehq\.org$/i
const GONE_TEXT = {
  deactivated: 'This user has been deactivated. Ask your supervisor.',
  deleted: 'This user has been deleted. Ask your supervisor.',
} as const

const refuse = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Admission => ({
  ok: false,
  refusal: refusal(status, text, headers),
})
const unauthorized = (): Admission => refuse(401, 'Authorization required\n', CHALLENGE)

function gone(kind: 'deactivated' | 'deleted'): Admission {
  const body = JSON.stringify({ error: `user.${kind}`, default_response: GONE_TEXT[kind] })
  return refuse(406, body, { 'content-type': 'application/json; charset=utf-8' })
}

/** The demo user's forms and what devices report about themselves, when they touch nobody's cases. */
const acceptDemo: NonNullable<SubmissionRequest['accept']> = ({ userId, xmlns, caseOwners }) =>
  (userId === DEMO_USER || xmlns === DEVICE_REPORT_XMLNS) && caseOwners.every((owner) => owner === DEMO_USER)

/** Undefined: a value that is none of the valid ones. `bearer` is the operator's token. */
function chooseAuthType(request: FastifyRequest, query: URLSearchParams): AuthType | undefined {
  const scheme = (request.headers.authorization ?? '').split(' ', 1)[0]?.toLowerCase()
  const given = query.get('authtype')
  if (given !== null) return AUTH_TYPES.find((type) => type === given)
  if (query.get('submit_mode') === 'demo') return 'noauth'
  if (/nokia|j2me|midp/i.test(request.headers['user-agent'] ?? '')) return 'digest'
  if (scheme === 'digest') return 'digest'
  if (scheme === 'apikey') return 'api_key'
  return scheme === 'bearer' ? 'bearer' : 'basic'
}

const SCHEMES: Readonly<Record<string, string>> = { basic: 'basic', api_key: 'apikey', bearer: 'bearer' }

function userIdOf(principal: Principal): string | null {
  return principal.kind === 'operator' ? null : principal.userId
}

export type Admit = (
  request: FastifyRequest,
  asked: { readonly domain: string; readonly query: URLSearchParams; readonly permission: Permission },
) => Promise<Admission>

/** Digest and OAuth2 are asked to come back with basic authentication: no HA1 is stored, and no such tokens exist. */
export function createAdmit(dependencies: ApiDependencies): Admit {
  const { tenants } = dependencies
  const authenticate = createAuthenticate(dependencies)

  /** Whoever is gone is told so whatever the password: the phone shows the text instead of asking for another one. */
  async function refuseWorker(domain: string, name: string): Promise<Admission> {
    const worker = await tenants.workers.findByUsername(domain, name)
    if (worker?.isDeleted) return gone('deleted')
    return worker?.isActive === false ? gone('deactivated') : unauthorized()
  }

  /** Null when these are not a mobile worker's credentials. */
  async function findWorker(header: string, domain: string): Promise<Principal | Admission | null> {
    const named = parseBasic(header.slice(header.indexOf(' ') + 1).trim())
    if (!named || `${named.name}${named.secret}`.includes('\u0000')) return unauthorized()
    const own = FULL_USERNAME.exec(named.name)?.[1]?.toLowerCase()
    if (own === undefined && named.name.includes('@')) return null
    const home = own ?? domain
    const found = await tenants.workers.authenticateBasic(home, named.name, named.secret)
    if (found.kind !== 'ok') return refuseWorker(home, named.name)
    const { userId, username } = found.worker
    return { kind: 'mobile-worker', domain: home, userId, username }
  }

  async function findPrincipal(request: FastifyRequest, domain: string): Promise<Principal | Admission> {
    const header = request.headers.authorization ?? ''
    try {
      const worker = /^basic /i.test(header) ? await findWorker(header, domain) : null
      return worker ?? (await authenticate(request))
    } catch (error) {
      if (error instanceof Problem && error.kind === 'unauthenticated') return unauthorized()
      throw error
    }
  }

  return async function admit(request, { domain, query, permission }) {
    const type = chooseAuthType(request, query)
    if (type === undefined) return refuse(400, `authtype must be one of: ${AUTH_TYPES.join(', ')}\n`)
    if (type === 'noauth') {
      const authContext = { authenticated: false, user_id: null, domain }
      return { ok: true, sender: { authContext, isTrusted: false, accept: acceptDemo } }
    }
    // A session's cookie never counts here; basic credentials that a browser remembers count for our own pages only.
    refuseForeignOrigin(request, dependencies.publicUrl)
    const scheme = request.headers.authorization?.split(' ', 1)[0]?.toLowerCase()
    if (scheme === undefined || SCHEMES[type] !== scheme) return unauthorized()
    const found = await findPrincipal(request, domain)
    if ('ok' in found) return found
    const permissions = await tenants.listPermissions(domain, found)
    if (!permissions.includes(permission)) return refuse(403, 'Bad auth')
    const authContext = { authenticated: true, user_id: userIdOf(found), domain }
    return { ok: true, sender: { authContext, isTrusted: found.kind === 'operator' } }
  }
}
