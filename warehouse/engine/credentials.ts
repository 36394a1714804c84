/** Who asks: the three ways of ClickHouse's HTTP interface, compared without telling by time how much was right. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Secret } from '#infra/platform/index.ts'
import type { EngineRole } from '../contract.ts'
import { raise } from './exception.ts'

export interface EngineLogin {
  readonly username: string
  readonly password: Secret | string
}

export type EngineLogins = Readonly<Record<EngineRole, EngineLogin>>

interface Credentials {
  readonly username: string
  readonly password: string
}

/** @throws EngineException 194 without any credentials, 516 with wrong ones */
export type Authenticate = (request: IncomingMessage, params: URLSearchParams) => EngineRole

export function createAuthenticate(logins: EngineLogins): Authenticate {
  const known = (['owner', 'reader'] as const).map((role) => ({
    role,
    digest: digestOf(toCredentials(logins[role])),
  }))
  return (request, params) => {
    const given = findCredentials(request, params)
    if (given === undefined) throw raise(194, 'A username and a password are required.')
    const digest = digestOf(given)
    let found: EngineRole | undefined
    for (const login of known) if (timingSafeEqual(login.digest, digest)) found = login.role
    if (found === undefined)
      throw raise(516, 'Authentication failed: password is incorrect, or there is no user with such name.')
    return found
  }
}

function toCredentials({ username, password }: EngineLogin): Credentials {
  return { username, password: typeof password === 'string' ? password : password.reveal() }
}

/** One digest for both, so that a known name is not told apart from an unknown one either. */
function digestOf({ username, password }: Credentials): Buffer {
  return createHash('sha256').update(`${username.length}:${username}:${password}`).digest()
}

function findCredentials({ headers }: IncomingMessage, params: URLSearchParams): Credentials | undefined {
  const [user, key] = [headers['x-clickhouse-user'], headers['x-clickhouse-key']]
  if (typeof user === 'string' || typeof key === 'string') {
    return { username: String(user ?? 'default'), password: String(key ?? '') }
  }
  const basic = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const [username = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':')
    return { username, password: password.join(':') }
  }
  if (!params.has('user') && !params.has('password')) return undefined
  return { username: params.get('user') ?? 'default', password: params.get('password') ?? '' }
}
