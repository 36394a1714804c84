import type { Postgres } from '#infra/platform/contract.ts'
import type { Membership, Role, WebUser } from '../contract.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { generatePassword } from '../passwords/generate-password.ts'
import { domainMissing, emailInvalid, emailTaken, webUserMissing } from '../problems.ts'
import { breaksConstraint } from '../text.ts'

const RULES = { minLength: 8 } as const

export interface NewWebUser {
  readonly email: string
  /** Left out: a random one. */
  readonly password?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly isSuperuser?: boolean | undefined
}

/** `password` is set when we made it up: show it once. */
export interface CreatedWebUser {
  readonly user: WebUser
  readonly password: string | null
}

export interface WebUsers {
  /** @throws TENANTS_EMAIL_INVALID, TENANTS_EMAIL_TAKEN, TENANTS_PASSWORD_INVALID */
  create(user: NewWebUser): Promise<CreatedWebUser>
  find(userId: string): Promise<WebUser | undefined>
  findByEmail(email: string): Promise<WebUser | undefined>
  /** Also ends all sessions. @throws TENANTS_WEB_USER_MISSING, TENANTS_PASSWORD_INVALID */
  resetPassword(email: string, password?: string): Promise<CreatedWebUser>
  /** The user, when the password is right and the user active. An unknown e-mail address costs the same. */
  authenticate(email: string, password: string): Promise<WebUser | undefined>
  /** Makes a user a member of a domain, or changes the role. @throws TENANTS_DOMAIN_MISSING */
  setMembership(domain: string, userId: string, role: Role): Promise<void>
  removeMembership(domain: string, userId: string): Promise<void>
  /** Active domains by title; for a superuser all, as admin. */
  listMemberships(user: Pick<WebUser, 'userId' | 'isSuperuser'>): Promise<readonly Membership[]>
  findRole(domain: string, userId: string): Promise<Role | undefined>
  list(domain: string): Promise<readonly (WebUser & { readonly role: Role })[]>
}

interface WebUserRow {
  readonly user_id: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly is_superuser: boolean
  readonly is_active: boolean
}

const COLUMNS = 'user_id, email, first_name, last_name, is_superuser, is_active'

function toWebUser(row: WebUserRow): WebUser {
  return {
    userId: row.user_id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    isSuperuser: row.is_superuser,
    isActive: row.is_active,
  }
}

/** Trimmed and lower-cased. @throws TENANTS_EMAIL_INVALID */
function parseEmail(email: string): string {
  const trimmed = email.trim().toLowerCase()
  if (trimmed.length > 254 || !/^[^\s@:]+@[^\s@:]+$/.test(trimmed)) throw emailInvalid({})
  return trimmed
}

export interface WebUserDependencies {
  readonly postgres: Postgres
  readonly passwords: Passwords
  readonly newId: () => string
}

/** People who view and administer. Source: reference §9. */
export function createWebUsers(dependencies: WebUserDependencies): WebUsers {
  return { ...createWebUserAccounts(dependencies), ...createMemberships(dependencies) }
}

type Accounts = Pick<WebUsers, 'create' | 'find' | 'findByEmail' | 'resetPassword' | 'authenticate'>

function createWebUserAccounts({ postgres, passwords, newId }: WebUserDependencies): Accounts {
  async function findBy(condition: string, value: string) {
    const { rows } = await postgres.pool.query<WebUserRow & { password_hash: string }>(
      `select ${COLUMNS}, password_hash from tenants.web_users where ${condition}`,
      [value],
    )
    return rows[0]
  }
  const findRowByEmail = (email: string) => findBy('lower(email) = $1', email.trim().toLowerCase())

  return {
    async create(user) {
      const email = parseEmail(user.email)
      const existing = await findRowByEmail(email)
      if (existing) throw emailTaken({ user_id: existing.user_id })
      const generated = user.password === undefined ? generatePassword() : null
      const passwordHash = await passwords.hash(user.password ?? generated ?? '', RULES)
      const { rows } = await postgres.pool.query<WebUserRow>(
        `insert into tenants.web_users (user_id, email, password_hash, first_name, last_name, is_superuser)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning ${COLUMNS}`,
        [newId(), email, passwordHash, user.firstName ?? '', user.lastName ?? '', user.isSuperuser ?? false],
      )
      const [row] = rows
      if (!row) throw emailTaken({ user_id: (await findRowByEmail(email))?.user_id ?? '' })
      return { user: toWebUser(row), password: generated }
    },

    async find(userId) {
      const row = await findBy('user_id = $1', userId)
      return row && toWebUser(row)
    },

    async findByEmail(email) {
      const row = await findRowByEmail(email)
      return row && toWebUser(row)
    },

    async resetPassword(email, password) {
      const row = await findRowByEmail(email)
      if (!row) throw webUserMissing({})
      const generated = password === undefined ? generatePassword() : null
      const passwordHash = await passwords.hash(password ?? generated ?? '', RULES)
      await postgres.transaction(async (client) => {
        await client.query('update tenants.web_users set password_hash = $2 where user_id = $1', [
          row.user_id,
          passwordHash,
        ])
        await client.query('delete from tenants.sessions where user_id = $1', [row.user_id])
      })
      return { user: toWebUser(row), password: generated }
    },

    async authenticate(email, password) {
      const row = await findRowByEmail(email)
      const account = `web ${email.trim().toLowerCase()}`
      const isRight = await passwords.isRight({ account, passwordHash: row?.password_hash ?? null }, password)
      return isRight && row?.is_active ? toWebUser(row) : undefined
    },
  }
}

type Memberships = Pick<
  WebUsers,
  'setMembership' | 'removeMembership' | 'listMemberships' | 'findRole' | 'list'
>

function createMemberships({ postgres }: WebUserDependencies): Memberships {
  return {
    async setMembership(domain, userId, role) {
      try {
        await postgres.pool.query(
          `insert into tenants.memberships (domain, user_id, role) values ($1, $2, $3)
           on conflict (domain, user_id) do update set role = excluded.role`,
          [domain, userId, role],
        )
      } catch (error) {
        if (breaksConstraint(error, 'memberships_domain_fkey')) throw domainMissing({}, error)
        if (breaksConstraint(error, 'memberships_user_id_fkey')) throw webUserMissing({}, error)
        throw error
      }
    },

    async removeMembership(domain, userId) {
      await postgres.pool.query('delete from tenants.memberships where domain = $1 and user_id = $2', [
        domain,
        userId,
      ])
    },

    async listMemberships({ userId, isSuperuser }) {
      const { rows } = await postgres.pool.query<Membership>(
        `select d.domain, d.title, d.default_timezone as timezone, case when $2 then 'admin' else m.role end as role
         from tenants.domains d left join tenants.memberships m on m.domain = d.domain and m.user_id = $1
         where d.is_active and ($2 or m.user_id is not null) order by d.title, d.domain`,
        [userId, isSuperuser],
      )
      return rows
    },

    async findRole(domain, userId) {
      const { rows } = await postgres.pool.query<{ role: Role }>(
        'select role from tenants.memberships where domain = $1 and user_id = $2',
        [domain, userId],
      )
      return rows[0]?.role
    },

    async list(domain) {
      const { rows } = await postgres.pool.query<WebUserRow & { role: Role }>(
        `select ${COLUMNS}, m.role from tenants.memberships m join tenants.web_users using (user_id)
         where m.domain = $1 order by lower(email)`,
        [domain],
      )
      return rows.map((row) => ({ ...toWebUser(row), role: row.role }))
    },
  }
}
