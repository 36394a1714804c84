import { createHash, randomBytes } from 'node:crypto'
import type { Postgres } from '#infra/platform/contract.ts'
import type { ApiKeyRecord, Principal, Role } from '../contract.ts'
import { domainMissing, keyNameTaken, webUserMissing } from '../problems.ts'
import { breaksConstraint, isoColumn, parseName } from '../text.ts'

/** `last_used_at` is exact to this many seconds, so that a busy key does not write on every request. */
const TOUCH_SECONDS = 60

export interface NewApiKey {
  readonly name: string
  /** Default reader. */
  readonly role?: Role | undefined
  /** The web user who stands behind the key and whose e-mail address goes before the colon; else the key's own name does. */
  readonly email?: string | undefined
}

export interface ApiKeys {
  /** @returns the key itself (40 hex digits), which is never shown again. @throws TENANTS_KEY_NAME_TAKEN, TENANTS_WEB_USER_MISSING, TENANTS_DOMAIN_MISSING */
  create(domain: string, key: NewApiKey): Promise<{ readonly record: ApiKeyRecord; readonly key: string }>
  /**
   * For `Authorization: ApiKey <username>:<key>`. A key of a web user is worth nothing once that user has left the domain.
   * @param username the web user's e-mail address, or the key's name.
   */
  authenticate(username: string, key: string): Promise<Extract<Principal, { kind: 'api-key' }> | undefined>
  /** By name, without the keys. */
  list(domain: string): Promise<readonly ApiKeyRecord[]>
  revoke(domain: string, keyId: string): Promise<boolean>
}

const SELECT = `select domain, key_id as "keyId", name, role, user_id as "userId", key_prefix as "keyPrefix",
  is_active as "isActive", ${isoColumn('created_at')} as "createdAt", ${isoColumn('last_used_at')} as "lastUsedAt"
  from tenants.api_keys`

function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

interface KeyDependencies {
  readonly postgres: Postgres
  readonly now: () => Date
  readonly newId: () => string
}

/** Keys for programs. Source: reference §9 "API keys". */
export function createApiKeys(dependencies: KeyDependencies): ApiKeys {
  return { ...createKeyChanges(dependencies), ...createKeyAuthentication(dependencies) }
}

function createKeyChanges({ postgres, newId }: KeyDependencies): Omit<ApiKeys, 'authenticate'> {
  return {
    async create(domain, { name, role = 'reader', email }) {
      const key = randomBytes(20).toString('hex')
      const keyId = newId()
      try {
        const { rowCount } = await postgres.pool.query(
          `insert into tenants.api_keys (key_id, domain, name, user_id, role, key_hash, key_prefix)
           select $1, $2, $3, u.user_id, $4, $5, $6
           from (select 1) one left join tenants.web_users u on lower(u.email) = $7
           where $7::text is null or u.user_id is not null`,
          [
            keyId,
            domain,
            parseName(name),
            role,
            hashKey(key),
            key.slice(0, 6),
            email?.trim().toLowerCase() ?? null,
          ],
        )
        if (rowCount === 0) throw webUserMissing({})
      } catch (error) {
        if (breaksConstraint(error, 'api_keys_domain_name_key')) throw keyNameTaken({ domain }, error)
        if (breaksConstraint(error, 'api_keys_domain_fkey')) throw domainMissing({}, error)
        throw error
      }
      const { rows } = await postgres.pool.query<ApiKeyRecord>(
        `${SELECT} where domain = $1 and key_id = $2`,
        [domain, keyId],
      )
      const [record] = rows
      if (!record) throw domainMissing({})
      return { record, key }
    },

    async list(domain) {
      const { rows } = await postgres.pool.query<ApiKeyRecord>(`${SELECT} where domain = $1 order by name`, [
        domain,
      ])
      return rows
    },

    async revoke(domain, keyId) {
      const { rowCount } = await postgres.pool.query(
        'delete from tenants.api_keys where domain = $1 and key_id = $2',
        [domain, keyId],
      )
      return rowCount === 1
    },
  }
}

function createKeyAuthentication({ postgres, now }: KeyDependencies): Pick<ApiKeys, 'authenticate'> {
  return {
    async authenticate(username, key) {
      const { rows } = await postgres.pool.query<{
        key_id: string
        domain: string
        name: string
        role: Role
        user_id: string | null
        is_stale: boolean
      }>({
        name: 'tenants-authenticate-key',
        text: `select k.key_id, k.domain, k.name, k.user_id,
                 case when m.role = 'reader' then 'reader' else k.role end as role,
                 k.last_used_at is null or k.last_used_at < $3::timestamptz - make_interval(secs => $4) as is_stale
               from tenants.api_keys k
               left join tenants.web_users u on u.user_id = k.user_id
               left join tenants.memberships m on m.user_id = k.user_id and m.domain = k.domain
               where k.key_hash = $1 and k.is_active and (k.expires_at is null or k.expires_at > $3)
                 and case when k.user_id is null then k.name = $2
                   else lower(u.email) = lower($2) and u.is_active and (m.role is not null or u.is_superuser) end`,
        values: [hashKey(key), username, now(), TOUCH_SECONDS],
      })
      const [row] = rows
      if (!row) return undefined
      if (row.is_stale) {
        await postgres.pool.query('update tenants.api_keys set last_used_at = $2 where key_id = $1', [
          row.key_id,
          now(),
        ])
      }
      const { domain, name, role } = row
      return { kind: 'api-key', domain, keyId: row.key_id, name, role, userId: row.user_id }
    },
  }
}
