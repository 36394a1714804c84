import { createHash, randomBytes } from 'node:crypto'
import type { Postgres } from '#infra/platform/contract.ts'
import type { WebUser } from '../contract.ts'

/** A session ends this long after it was last used. */
export const SESSION_DAYS = 14
/** Sliding the end at most this often keeps reads from being writes. */
const TOUCH_SECONDS = 3_600

export interface Sessions {
  /** Starts a session for a user who has just authenticated. @returns the token for the cookie, nowhere else kept. */
  create(userId: string): Promise<string>
  /** The active user of a living session; slides its end. */
  authenticate(token: string): Promise<WebUser | undefined>
  revoke(token: string): Promise<void>
  revokeAll(userId: string): Promise<void>
}

interface SessionRow {
  readonly user_id: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly is_superuser: boolean
  readonly is_stale: boolean
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Signed-in browsers: 256 random bits in a cookie, their hash in the table. */
export function createSessions({ postgres, now }: { postgres: Postgres; now: () => Date }): Sessions {
  return {
    async create(userId) {
      const token = randomBytes(32).toString('base64url')
      await postgres.pool.query(
        `with ended as (delete from tenants.sessions where user_id = $2 and expires_at < $3),
           seen as (update tenants.web_users set last_login_at = $3 where user_id = $2)
         insert into tenants.sessions (token_hash, user_id, created_at, expires_at, last_seen_at)
         values ($1, $2, $3, $3::timestamptz + make_interval(days => $4), $3)`,
        [hashToken(token), userId, now(), SESSION_DAYS],
      )
      return token
    },

    async authenticate(token) {
      const { rows } = await postgres.pool.query<SessionRow>({
        name: 'tenants-authenticate-session',
        text: `select u.user_id, u.email, u.first_name, u.last_name, u.is_superuser,
                 s.last_seen_at < $2::timestamptz - make_interval(secs => $3) as is_stale
               from tenants.sessions s join tenants.web_users u using (user_id)
               where s.token_hash = $1 and s.expires_at > $2 and u.is_active`,
        values: [hashToken(token), now(), TOUCH_SECONDS],
      })
      const [row] = rows
      if (!row) return undefined
      if (row.is_stale) {
        await postgres.pool.query(
          `update tenants.sessions set last_seen_at = $2, expires_at = $2::timestamptz + make_interval(days => $3)
           where token_hash = $1`,
          [hashToken(token), now(), SESSION_DAYS],
        )
      }
      return {
        userId: row.user_id,
        email: row.email,
        firstName: row.first_name,
        lastName: row.last_name,
        isSuperuser: row.is_superuser,
        isActive: true,
      }
    },

    async revoke(token) {
      await postgres.pool.query('delete from tenants.sessions where token_hash = $1', [hashToken(token)])
    },

    async revokeAll(userId) {
      await postgres.pool.query('delete from tenants.sessions where user_id = $1', [userId])
    },
  }
}
