import type { PoolClient } from 'pg'
import type { Postgres } from '#infra/platform/contract.ts'
import type { Group } from '../contract.ts'
import { domainMissing, groupMissing, groupNameTaken, workerMissing } from '../problems.ts'
import { breaksConstraint, parseName } from '../text.ts'
import { appendWorkerEvents, lockWorkers } from '../workers/worker-events.ts'

export interface NewGroup {
  readonly name: string
  readonly caseSharing?: boolean | undefined
  readonly reporting?: boolean | undefined
  readonly userIds?: readonly string[] | undefined
}

export interface Groups {
  /** @throws TENANTS_GROUP_NAME_TAKEN, TENANTS_NAME_INVALID, TENANTS_WORKER_MISSING, TENANTS_DOMAIN_MISSING */
  create(domain: string, group: NewGroup): Promise<Group>
  /** Replaces the members. @throws TENANTS_GROUP_MISSING, TENANTS_WORKER_MISSING */
  setMembers(domain: string, groupId: string, userIds: readonly string[]): Promise<Group>
  find(domain: string, groupId: string): Promise<Group | undefined>
  /** By name. */
  list(domain: string): Promise<readonly Group[]>
}

interface GroupRow {
  readonly domain: string
  readonly group_id: string
  readonly name: string
  readonly case_sharing: boolean
  readonly reporting: boolean
  readonly user_ids: readonly string[]
}

const SELECT = `
  select g.domain, g.group_id, g.name, g.case_sharing, g.reporting,
    coalesce((select array_agg(m.user_id order by m.user_id) from tenants.group_members m
      where m.domain = g.domain and m.group_id = g.group_id), '{}') as user_ids
  from tenants.groups g`

function toGroup(row: GroupRow): Group {
  return {
    domain: row.domain,
    groupId: row.group_id,
    name: row.name,
    caseSharing: row.case_sharing,
    reporting: row.reporting,
    userIds: row.user_ids,
  }
}

async function findGroup(
  client: Pick<PoolClient, 'query'>,
  domain: string,
  groupId: string,
): Promise<Group | undefined> {
  const { rows } = await client.query<GroupRow>(`${SELECT} where g.domain = $1 and g.group_id = $2`, [
    domain,
    groupId,
  ])
  const [row] = rows
  return row && toGroup(row)
}

/** Every worker who comes or goes gets an event. @throws TENANTS_WORKER_MISSING */
async function replaceMembers(
  client: PoolClient,
  domain: string,
  { groupId, before, after }: { groupId: string; before: readonly string[]; after: readonly string[] },
): Promise<void> {
  const wanted = new Set(after)
  const had = new Set(before)
  const changed = [...new Set([...wanted, ...had])].filter((userId) => wanted.has(userId) !== had.has(userId))
  const found = await lockWorkers(client, domain, changed)
  if (found.length < changed.length) throw workerMissing({ domain })
  const left = changed.filter((userId) => had.has(userId))
  const joined = changed.filter((userId) => wanted.has(userId))
  await client.query(
    'delete from tenants.group_members where domain = $1 and group_id = $2 and user_id = any($3)',
    [domain, groupId, left],
  )
  await client.query(
    'insert into tenants.group_members (domain, group_id, user_id) select $1, $2, unnest($3::text[])',
    [domain, groupId, joined],
  )
  await appendWorkerEvents(client, domain, changed)
}

/** Groups of mobile workers: reporting ones appear in filters, case-sharing ones own cases. Source: reference §9. */
export function createGroups({ postgres, newId }: { postgres: Postgres; newId: () => string }): Groups {
  return {
    async create(domain, group) {
      const groupId = newId()
      const name = parseName(group.name)
      try {
        return await postgres.transaction(async (client) => {
          await client.query(
            'insert into tenants.groups (domain, group_id, name, case_sharing, reporting) values ($1, $2, $3, $4, $5)',
            [domain, groupId, name, group.caseSharing ?? false, group.reporting ?? true],
          )
          await replaceMembers(client, domain, { groupId, before: [], after: group.userIds ?? [] })
          const created = await findGroup(client, domain, groupId)
          if (!created) throw groupMissing({ domain })
          return created
        })
      } catch (error) {
        if (breaksConstraint(error, 'groups_domain_name_key')) throw groupNameTaken({ domain }, error)
        if (breaksConstraint(error, 'groups_domain_fkey')) throw domainMissing({}, error)
        throw error
      }
    },

    async setMembers(domain, groupId, userIds) {
      return postgres.transaction(async (client) => {
        await client.query('select from tenants.groups where domain = $1 and group_id = $2 for update', [
          domain,
          groupId,
        ])
        const group = await findGroup(client, domain, groupId)
        if (!group) throw groupMissing({ domain })
        await replaceMembers(client, domain, { groupId, before: group.userIds, after: userIds })
        return { ...group, userIds: [...new Set(userIds)].sort() }
      })
    },

    async find(domain, groupId) {
      return findGroup(postgres.pool, domain, groupId)
    },

    async list(domain) {
      const { rows } = await postgres.pool.query<GroupRow>(
        `${SELECT} where g.domain = $1 order by g.name, g.group_id`,
        [domain],
      )
      return rows.map(toGroup)
    },
  }
}
