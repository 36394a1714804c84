import type { PoolClient } from 'pg'
import type { Postgres } from '#infra/platform/contract.ts'
import type { Location, LocationType } from '../contract.ts'
import {
  domainMissing,
  locationInvalid,
  locationMissing,
  locationTypeMissing,
  locationTypeTaken,
  siteCodeTaken,
} from '../problems.ts'
import { breaksConstraint, parseName } from '../text.ts'
import { toSiteCode } from './site-code.ts'

export interface NewLocation {
  /** Given by who loads a tree in one go, so that children can name their parents. */
  readonly locationId?: string | undefined
  readonly name: string
  /** Left out: made from the name, with a number when taken. */
  readonly siteCode?: string | undefined
  readonly typeCode: string
  readonly parentId?: string | null | undefined
  readonly latitude?: number | null | undefined
  readonly longitude?: number | null | undefined
}

export interface Locations {
  /** @throws TENANTS_LOCATION_TYPE_TAKEN, TENANTS_LOCATION_TYPE_MISSING, TENANTS_DOMAIN_MISSING */
  createType(
    domain: string,
    type: { code: string; name: string; parentCode?: string | null },
  ): Promise<LocationType>
  listTypes(domain: string): Promise<readonly LocationType[]>
  /** All or none, parents before or beside their children. @throws TENANTS_LOCATION_TYPE_MISSING, TENANTS_LOCATION_MISSING (the parent), TENANTS_SITE_CODE_TAKEN, TENANTS_LOCATION_INVALID */
  createMany(domain: string, locations: readonly NewLocation[]): Promise<readonly Location[]>
  find(domain: string, locationId: string): Promise<Location | undefined>
  /** By name. */
  list(domain: string): Promise<readonly Location[]>
}

interface LocationRow {
  readonly domain: string
  readonly location_id: string
  readonly name: string
  readonly site_code: string
  readonly type_code: string
  readonly parent_id: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

const COLUMNS = 'domain, location_id, name, site_code, type_code, parent_id, latitude, longitude'

function toLocation(row: LocationRow): Location {
  return {
    domain: row.domain,
    locationId: row.location_id,
    name: row.name,
    siteCode: row.site_code,
    typeCode: row.type_code,
    parentId: row.parent_id,
    latitude: row.latitude,
    longitude: row.longitude,
  }
}

interface LocationDependencies {
  readonly postgres: Postgres
  readonly newId: () => string
}

/** Where workers and cases belong: a tree of places, each of a type. Source: reference §9. */
export function createLocations(dependencies: LocationDependencies): Locations {
  return { ...createLocationTypes(dependencies), ...createPlaces(dependencies) }
}

function createLocationTypes({
  postgres,
}: LocationDependencies): Pick<Locations, 'createType' | 'listTypes'> {
  return {
    async createType(domain, { code, name, parentCode = null }) {
      const type = { domain, code: parseName(code), name: parseName(name), parentCode }
      return postgres.transaction(async (client) => {
        if (parentCode !== null) {
          const parent = await client.query(
            'select from tenants.location_types where domain = $1 and code = $2',
            [domain, parentCode],
          )
          if (parent.rowCount === 0) throw locationTypeMissing({ domain })
        }
        try {
          await client.query(
            'insert into tenants.location_types (domain, code, name, parent_code) values ($1, $2, $3, $4)',
            [domain, type.code, type.name, parentCode],
          )
        } catch (error) {
          if (breaksConstraint(error, 'location_types_pkey')) throw locationTypeTaken({ domain }, error)
          if (breaksConstraint(error, 'location_types_domain_fkey')) throw domainMissing({}, error)
          throw error
        }
        return type
      })
    },

    async listTypes(domain) {
      const { rows } = await postgres.pool.query<LocationType>(
        'select domain, code, name, parent_code as "parentCode" from tenants.location_types where domain = $1 order by code',
        [domain],
      )
      return rows
    },
  }
}

/** One statement for all rows, so that a child may stand before its parent. */
async function insertLocations(
  client: PoolClient,
  domain: string,
  rows: readonly Omit<LocationRow, 'domain'>[],
): Promise<void> {
  await client.query(
    `insert into tenants.locations (${COLUMNS})
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[])`,
    [
      domain,
      rows.map((row) => row.location_id),
      rows.map((row) => row.name),
      rows.map((row) => row.site_code),
      rows.map((row) => row.type_code),
      rows.map((row) => row.parent_id),
      rows.map((row) => row.latitude),
      rows.map((row) => row.longitude),
    ],
  )
}

function isWithin(value: number | null | undefined, limit: number): boolean {
  return value === null || value === undefined || (Number.isFinite(value) && Math.abs(value) <= limit)
}

function toLocationProblem(error: unknown, domain: string): unknown {
  if (breaksConstraint(error, 'locations_domain_site_code_key')) return siteCodeTaken({ domain }, error)
  if (breaksConstraint(error, 'locations_domain_type_code_fkey'))
    return locationTypeMissing({ domain }, error)
  if (breaksConstraint(error, 'locations_domain_parent_id_fkey')) return locationMissing({ domain }, error)
  if (breaksConstraint(error, 'locations_domain_fkey')) return domainMissing({}, error)
  return error
}

function createPlaces({
  postgres,
  newId,
}: LocationDependencies): Pick<Locations, 'createMany' | 'find' | 'list'> {
  async function readSiteCodes(client: PoolClient, domain: string): Promise<Set<string>> {
    // One loader at a time per domain, or two would choose the same code.
    await client.query('select from tenants.domains where domain = $1 for update', [domain])
    const { rows } = await client.query<{ site_code: string }>(
      'select site_code from tenants.locations where domain = $1',
      [domain],
    )
    return new Set(rows.map((row) => row.site_code))
  }

  return {
    async createMany(domain, locations) {
      if (locations.length === 0) return []
      locations.forEach((location, index) => {
        const isValid =
          location.name.trim() !== '' && isWithin(location.latitude, 90) && isWithin(location.longitude, 180)
        if (!isValid) throw locationInvalid({ position: index + 1 })
      })
      try {
        return await postgres.transaction(async (client) => {
          const taken = await readSiteCodes(client, domain)
          const rows = locations.map((location) => {
            const siteCode = location.siteCode ?? toSiteCode(location.name, taken)
            taken.add(siteCode)
            return {
              location_id: location.locationId ?? newId(),
              name: parseName(location.name),
              site_code: siteCode,
              type_code: location.typeCode,
              parent_id: location.parentId ?? null,
              latitude: location.latitude ?? null,
              longitude: location.longitude ?? null,
            }
          })
          await insertLocations(client, domain, rows)
          return rows.map((row) => toLocation({ domain, ...row }))
        })
      } catch (error) {
        throw toLocationProblem(error, domain)
      }
    },

    async find(domain, locationId) {
      const { rows } = await postgres.pool.query<LocationRow>(
        `select ${COLUMNS} from tenants.locations where domain = $1 and location_id = $2`,
        [domain, locationId],
      )
      const [row] = rows
      return row && toLocation(row)
    },

    async list(domain) {
      const { rows } = await postgres.pool.query<LocationRow>(
        `select ${COLUMNS} from tenants.locations where domain = $1 order by name, location_id`,
        [domain],
      )
      return rows.map(toLocation)
    },
  }
}
