import type { PoolClient } from 'pg'
import type { Postgres } from '#infra/platform/contract.ts'
import { toFullUsername } from '../contract.ts'
import type { MobileWorker, WorkerAuthentication } from '../contract.ts'
import { generatePassword } from '../passwords/generate-password.ts'
import type { Passwords } from '../passwords/passwords.ts'
import {
  domainMissing,
  groupMissing,
  locationMissing,
  workerMissing,
  workerUsernameTaken,
} from '../problems.ts'
import { breaksConstraint, isoColumn } from '../text.ts'
import { parseUsername, toShortUsername } from './username.ts'
import { appendWorkerEvents, lockWorkers } from './worker-events.ts'

/** Workers choose short words on small keys; their devices are what protects them. */
const RULES = { minLength: 1 } as const

export interface NewWorker {
  /** Short or full. */
  readonly username: string
  /** Left out: a random one. */
  readonly password?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly phoneNumber?: string | undefined
  readonly locationId?: string | undefined
  readonly groupIds?: readonly string[] | undefined
  readonly isDemo?: boolean | undefined
}

/** `password` is set when we made it up: show it once. */
export interface CreatedWorker {
  readonly worker: MobileWorker
  readonly password: string | null
}

export interface WorkerChange {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly phoneNumber?: string | null | undefined
  readonly locationId?: string | null | undefined
  readonly isActive?: boolean | undefined
  /** Final: a deleted worker keeps the username and is never listed again. */
  readonly isDeleted?: true | undefined
}

export interface Workers {
  /** @throws TENANTS_WORKER_USERNAME_INVALID, TENANTS_WORKER_USERNAME_TAKEN, TENANTS_LOCATION_MISSING, TENANTS_GROUP_MISSING, TENANTS_DOMAIN_MISSING */
  create(domain: string, worker: NewWorker): Promise<CreatedWorker>
  /** @param username short or full. @throws TENANTS_WORKER_MISSING */
  resetPassword(domain: string, username: string, password?: string): Promise<CreatedWorker>
  /** Changes what is given. @throws TENANTS_WORKER_MISSING, TENANTS_LOCATION_MISSING */
  change(domain: string, userId: string, change: WorkerChange): Promise<MobileWorker>
  /** @param username short or full. One lookup, and at most one password check a minute. */
  authenticateBasic(domain: string, username: string, password: string): Promise<WorkerAuthentication>
  find(domain: string, userId: string): Promise<MobileWorker | undefined>
  findByUsername(domain: string, username: string): Promise<MobileWorker | undefined>
  /** All but deleted ones, by username. */
  list(domain: string): Promise<readonly MobileWorker[]>
}

interface WorkerRow {
  readonly domain: string
  readonly user_id: string
  readonly username: string
  readonly first_name: string
  readonly last_name: string
  readonly phone_number: string | null
  readonly location_id: string | null
  readonly group_ids: readonly string[]
  readonly is_active: boolean
  readonly is_demo: boolean
  readonly is_deleted: boolean
  readonly version: number
  readonly created_at: string
}

const SELECT = `
  select w.domain, w.user_id, w.username, w.first_name, w.last_name, w.phone_number, w.location_id, w.is_active, w.is_demo,
    w.deleted_at is not null as is_deleted, w.version::int as version, ${isoColumn('w.created_at')} as created_at,
    coalesce((select array_agg(m.group_id order by m.group_id) from tenants.group_members m
      where m.domain = w.domain and m.user_id = w.user_id), '{}') as group_ids
  from tenants.mobile_workers w`

function toWorker(row: WorkerRow): MobileWorker {
  return {
    domain: row.domain,
    userId: row.user_id,
    username: row.username,
    fullUsername: toFullUsername(row.domain, row.username),
    firstName: row.first_name,
    lastName: row.last_name,
    phoneNumber: row.phone_number,
    locationId: row.location_id,
    groupIds: row.group_ids,
    isActive: row.is_active,
    isDemo: row.is_demo,
    isDeleted: row.is_deleted,
    version: row.version,
    createdAt: row.created_at,
  }
}

export interface WorkerDependencies {
  readonly postgres: Postgres
  readonly passwords: Passwords
  readonly now: () => Date
  readonly newId: () => string
}

async function findWorker(
  { pool }: { pool: Pick<PoolClient, 'query'> },
  domain: string,
  by: { userId: string } | { username: string },
): Promise<MobileWorker | undefined> {
  const [column, value] =
    'userId' in by ? ['user_id', by.userId] : ['username', toShortUsername(domain, by.username)]
  const { rows } = await pool.query<WorkerRow>(`${SELECT} where w.domain = $1 and w.${column} = $2`, [
    domain,
    value,
  ])
  const [row] = rows
  return row && toWorker(row)
}

/** What the database refuses about a worker's row, in our words. */
function toWorkerProblem(error: unknown, domain: string): unknown {
  if (breaksConstraint(error, 'mobile_workers_domain_username_key'))
    return workerUsernameTaken({ domain }, error)
  if (breaksConstraint(error, 'mobile_workers_domain_location_id_fkey'))
    return locationMissing({ domain }, error)
  if (breaksConstraint(error, 'mobile_workers_domain_fkey')) return domainMissing({}, error)
  if (breaksConstraint(error, 'group_members_domain_group_id_fkey')) return groupMissing({ domain }, error)
  return error
}

/** Mobile workers. Source: reference §9 and §1.2. */
export function createWorkers(dependencies: WorkerDependencies): Workers {
  return {
    ...createWorkerAccounts(dependencies),
    ...createWorkerChanges(dependencies),
    ...createWorkerReads(dependencies),
  }
}

function createWorkerAccounts({
  postgres,
  passwords,
  newId,
}: WorkerDependencies): Pick<Workers, 'create' | 'resetPassword'> {
  async function insert(
    client: PoolClient,
    domain: string,
    worker: NewWorker & { userId: string; passwordHash: string },
  ) {
    await client.query(
      `insert into tenants.mobile_workers
         (domain, user_id, username, password_hash, first_name, last_name, phone_number, location_id, is_demo)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        domain,
        worker.userId,
        worker.username,
        worker.passwordHash,
        worker.firstName ?? '',
        worker.lastName ?? '',
        worker.phoneNumber ?? null,
        worker.locationId ?? null,
        worker.isDemo ?? false,
      ],
    )
    await client.query(
      'insert into tenants.group_members (domain, group_id, user_id) select $1, unnest($2::text[]), $3 on conflict do nothing',
      [domain, worker.groupIds ?? [], worker.userId],
    )
    await appendWorkerEvents(client, domain, [worker.userId])
  }

  return {
    async create(domain, worker) {
      const username = parseUsername(domain, worker.username)
      const generated = worker.password === undefined ? generatePassword() : null
      const passwordHash = await passwords.hash(worker.password ?? generated ?? '', RULES)
      const userId = newId()
      try {
        await postgres.transaction((client) =>
          insert(client, domain, { ...worker, username, userId, passwordHash }),
        )
      } catch (error) {
        throw toWorkerProblem(error, domain)
      }
      const created = await findWorker(postgres, domain, { userId })
      if (!created) throw workerMissing({ domain })
      return { worker: created, password: generated }
    },

    async resetPassword(domain, username, password) {
      const worker = await findWorker(postgres, domain, { username })
      if (!worker || worker.isDeleted) throw workerMissing({ domain })
      const generated = password === undefined ? generatePassword() : null
      const passwordHash = await passwords.hash(password ?? generated ?? '', RULES)
      await postgres.pool.query(
        'update tenants.mobile_workers set password_hash = $3 where domain = $1 and user_id = $2',
        [domain, worker.userId, passwordHash],
      )
      return { worker, password: generated }
    },
  }
}

function createWorkerChanges({ postgres, now }: WorkerDependencies): Pick<Workers, 'change'> {
  return {
    async change(domain, userId, change) {
      try {
        return await postgres.transaction(async (client) => {
          const [found] = await lockWorkers(client, domain, [userId])
          if (found === undefined) throw workerMissing({ domain })
          await client.query(
            `update tenants.mobile_workers set first_name = coalesce($3, first_name), last_name = coalesce($4, last_name),
               phone_number = case when $5 then $6 else phone_number end,
               location_id = case when $7 then $8 else location_id end,
               is_active = coalesce($9, is_active), deleted_at = coalesce(deleted_at, $10)
             where domain = $1 and user_id = $2`,
            [
              domain,
              userId,
              change.firstName ?? null,
              change.lastName ?? null,
              change.phoneNumber !== undefined,
              change.phoneNumber ?? null,
              change.locationId !== undefined,
              change.locationId ?? null,
              change.isActive ?? null,
              change.isDeleted ? now() : null,
            ],
          )
          await appendWorkerEvents(client, domain, [userId])
          const worker = await findWorker({ pool: client }, domain, { userId })
          if (!worker) throw workerMissing({ domain })
          return worker
        })
      } catch (error) {
        throw toWorkerProblem(error, domain)
      }
    },
  }
}

function createWorkerReads({
  postgres,
  passwords,
}: WorkerDependencies): Omit<Workers, 'create' | 'resetPassword' | 'change'> {
  return {
    async authenticateBasic(domain, username, password) {
      const short = toShortUsername(domain, username)
      const { rows } = await postgres.pool.query<
        Pick<WorkerRow, 'user_id' | 'username' | 'is_active' | 'is_demo' | 'is_deleted'> & {
          password_hash: string
        }
      >({
        name: 'tenants-authenticate-worker',
        text: `select user_id, username, password_hash, is_active, is_demo, deleted_at is not null as is_deleted
               from tenants.mobile_workers where domain = $1 and username = $2`,
        values: [domain, short],
      })
      const [row] = rows
      const account = `worker ${domain} ${short}`
      const isRight = await passwords.isRight({ account, passwordHash: row?.password_hash ?? null }, password)
      if (!row || !isRight) return { kind: 'refused' }
      if (row.is_deleted) return { kind: 'deleted' }
      if (!row.is_active) return { kind: 'deactivated' }
      return { kind: 'ok', worker: { userId: row.user_id, username: row.username, isDemo: row.is_demo } }
    },

    async find(domain, userId) {
      return findWorker(postgres, domain, { userId })
    },

    async findByUsername(domain, username) {
      return findWorker(postgres, domain, { username })
    },

    async list(domain) {
      const { rows } = await postgres.pool.query<WorkerRow>(
        `${SELECT} where w.domain = $1 and w.deleted_at is null order by w.username`,
        [domain],
      )
      return rows.map(toWorker)
    },
  }
}
