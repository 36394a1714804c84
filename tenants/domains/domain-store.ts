import type { Postgres } from '#infra/platform/contract.ts'
import type { DomainRecord } from '../contract.ts'
import { applyLimitChanges, readLimits } from '../limits/limit-settings.ts'
import { domainInvalid, domainMissing, domainTaken, timezoneUnknown } from '../problems.ts'
import { breaksConstraint, isoColumn, parseName } from '../text.ts'

const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
/** How long another process may still see old settings. */
const CACHE_MS = 5_000
const CACHE_MOST = 5_000

export interface DomainSettings {
  readonly title?: string | undefined
  readonly timezone?: string | undefined
  readonly secureSubmissions?: boolean | undefined
  readonly closesExtensions?: boolean | undefined
  readonly isActive?: boolean | undefined
}

export interface Domains {
  /** @throws TENANTS_DOMAIN_INVALID, TENANTS_DOMAIN_TAKEN, TENANTS_TIMEZONE_UNKNOWN */
  create(domain: string, settings?: DomainSettings): Promise<DomainRecord>
  /** Remembered for five seconds; what is missing is never remembered. */
  find(domain: string): Promise<DomainRecord | undefined>
  /** As last found, however long ago; asks nobody. */
  peek(domain: string): DomainRecord | undefined
  /** @throws TENANTS_DOMAIN_MISSING */
  get(domain: string): Promise<DomainRecord>
  /** All, by name. */
  list(): Promise<readonly DomainRecord[]>
  /** Changes what is given. @throws TENANTS_DOMAIN_MISSING, TENANTS_TIMEZONE_UNKNOWN */
  change(domain: string, settings: DomainSettings): Promise<DomainRecord>
  /** Null: no limit; `default`: the platform's. @throws TENANTS_DOMAIN_MISSING, TENANTS_LIMIT_INVALID */
  changeLimits(
    domain: string,
    wanted: Readonly<Record<string, number | null | 'default'>>,
  ): Promise<DomainRecord>
}

interface DomainRow {
  readonly domain: string
  readonly title: string
  readonly default_timezone: string
  readonly secure_submissions: boolean
  readonly closes_extensions: boolean
  readonly is_active: boolean
  readonly created_at: string
  readonly limits: unknown
}

const COLUMNS = `domain, title, default_timezone, secure_submissions, closes_extensions, is_active, limits, ${isoColumn('created_at')} as created_at`

function toDomain(row: DomainRow): DomainRecord {
  return {
    domain: row.domain,
    title: row.title,
    timezone: row.default_timezone,
    secureSubmissions: row.secure_submissions,
    closesExtensions: row.closes_extensions,
    isActive: row.is_active,
    createdAt: row.created_at,
    limits: readLimits(row.limits),
  }
}

/** @throws TENANTS_TIMEZONE_UNKNOWN */
function parseTimezone(timezone: string): string {
  // Intl also takes offsets and any case; the engine takes neither.
  const hasUsualShape = timezone.split('/').every((part) => /^[A-Z][A-Za-z0-9_+-]*$/.test(part))
  if (!hasUsualShape) throw timezoneUnknown({})
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions() && timezone
  } catch (cause) {
    throw timezoneUnknown({}, cause)
  }
}

/** Project spaces. Source: reference §9. */
export function createDomains({ postgres, now }: { postgres: Postgres; now: () => Date }): Domains {
  const remembered = new Map<string, { readonly record: DomainRecord; readonly until: number }>()

  function remember(record: DomainRecord): DomainRecord {
    if (remembered.size >= CACHE_MOST) remembered.clear()
    remembered.set(record.domain, { record, until: now().getTime() + CACHE_MS })
    return record
  }

  async function find(domain: string): Promise<DomainRecord | undefined> {
    const known = remembered.get(domain)
    if (known && known.until > now().getTime()) return known.record
    if (!SLUG.test(domain)) return undefined
    const { rows } = await postgres.pool.query<DomainRow>(
      `select ${COLUMNS} from tenants.domains where domain = $1`,
      [domain],
    )
    const [row] = rows
    return row && remember(toDomain(row))
  }

  return {
    find,
    peek: (domain) => remembered.get(domain)?.record,

    async get(domain) {
      const record = await find(domain)
      if (!record) throw domainMissing({})
      return record
    },

    async create(domain, settings = {}) {
      if (!SLUG.test(domain)) throw domainInvalid({})
      try {
        const { rows } = await postgres.pool.query<DomainRow>(
          `insert into tenants.domains (domain, title, default_timezone, secure_submissions, closes_extensions)
           values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
          [
            domain,
            parseName(settings.title ?? domain),
            parseTimezone(settings.timezone ?? 'UTC'),
            settings.secureSubmissions ?? false,
            settings.closesExtensions ?? true,
          ],
        )
        const [row] = rows
        if (!row) throw domainMissing({})
        return remember(toDomain(row))
      } catch (error) {
        if (breaksConstraint(error, 'domains_pkey')) throw domainTaken({ domain }, error)
        throw error
      }
    },

    async list() {
      const { rows } = await postgres.pool.query<DomainRow>(
        `select ${COLUMNS} from tenants.domains order by domain`,
      )
      return rows.map(toDomain)
    },

    async change(domain, settings) {
      const { rows } = await postgres.pool.query<DomainRow>(
        `update tenants.domains set title = coalesce($2, title), default_timezone = coalesce($3, default_timezone),
           secure_submissions = coalesce($4, secure_submissions), closes_extensions = coalesce($5, closes_extensions),
           is_active = coalesce($6, is_active)
         where domain = $1 returning ${COLUMNS}`,
        [
          domain,
          settings.title === undefined ? null : parseName(settings.title),
          settings.timezone === undefined ? null : parseTimezone(settings.timezone),
          settings.secureSubmissions ?? null,
          settings.closesExtensions ?? null,
          settings.isActive ?? null,
        ],
      )
      const [row] = rows
      if (!row) throw domainMissing({})
      return remember(toDomain(row))
    },

    async changeLimits(domain, wanted) {
      return postgres.transaction(async (client) => {
        const { rows } = await client.query<DomainRow>(
          `select ${COLUMNS} from tenants.domains where domain = $1 for update`,
          [domain],
        )
        const [row] = rows
        if (!row) throw domainMissing({})
        const limits = applyLimitChanges(readLimits(row.limits), wanted, { ofSpace: true })
        await client.query('update tenants.domains set limits = $2 where domain = $1', [
          domain,
          JSON.stringify(limits),
        ])
        return remember(toDomain({ ...row, limits }))
      })
    },
  }
}
