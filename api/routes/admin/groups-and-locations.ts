import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { NewLocation, Tenants } from '#tenants/index.ts'
import { getDomain } from '../../plugins/access.ts'
import { defineRoute } from '../../server/define-route.ts'
import { toGroupAnswer, toLocationAnswer } from './answers.ts'
import {
  DomainParams,
  GroupAnswer,
  GroupMembersBody,
  GroupsAnswer,
  LocationAnswer,
  LocationsAnswer,
  LocationTypeAnswer,
  NewGroupBody,
  NewLocationsBody,
  NewLocationTypeBody,
} from './schemas.ts'
import type { NewLocationBody } from './schemas.ts'

const BASE = '/api/admin/domains/:domain'
const shared = { permission: 'admin', tag: 'administration' } as const

/** Groups and places of one project space: the operator, or an admin of it. */
export function groupAndLocationRoutes(app: FastifyInstance, { tenants }: { tenants: Tenants }): void {
  groupRoutes(app, tenants)
  locationRoutes(app, tenants)
}

function groupRoutes(app: FastifyInstance, { groups }: Tenants): void {
  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: `${BASE}/groups`,
      summary: 'Create a group of mobile workers',
      params: DomainParams,
      body: NewGroupBody,
      answer: GroupAnswer,
      status: 201,
    },
    async ({ body, request }) =>
      toGroupAnswer(
        await groups.create(getDomain(request).domain, {
          name: body.name,
          caseSharing: body.case_sharing,
          reporting: body.reporting,
          userIds: body.user_ids,
        }),
      ),
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      url: `${BASE}/groups`,
      summary: 'List the groups',
      params: DomainParams,
      answer: GroupsAnswer,
    },
    async ({ request }) => ({ groups: (await groups.list(getDomain(request).domain)).map(toGroupAnswer) }),
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'PUT',
      url: `${BASE}/groups/:groupId/members`,
      summary: 'Replace the members of a group',
      params: DomainParams.extend({ groupId: z.string() }),
      body: GroupMembersBody,
      answer: GroupAnswer,
    },
    async ({ params, body, request }) =>
      toGroupAnswer(await groups.setMembers(getDomain(request).domain, params.groupId, body.user_ids)),
  )
}

function toNewLocation(body: z.infer<typeof NewLocationBody>): NewLocation {
  return {
    locationId: body.location_id,
    name: body.name,
    siteCode: body.site_code,
    typeCode: body.type_code,
    parentId: body.parent_id,
    latitude: body.latitude,
    longitude: body.longitude,
  }
}

function locationRoutes(app: FastifyInstance, { locations }: Tenants): void {
  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: `${BASE}/location-types`,
      summary: 'Create a type of location',
      params: DomainParams,
      body: NewLocationTypeBody,
      answer: LocationTypeAnswer,
      status: 201,
    },
    async ({ body, request }) => {
      const type = await locations.createType(getDomain(request).domain, {
        code: body.code,
        name: body.name,
        parentCode: body.parent_code ?? null,
      })
      return { domain: type.domain, code: type.code, name: type.name, parent_code: type.parentCode }
    },
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: `${BASE}/locations`,
      summary: 'Create one location, or many at once (all or none)',
      params: DomainParams,
      body: NewLocationsBody,
      answer: z.union([LocationAnswer, LocationsAnswer]),
      status: 201,
    },
    async ({ body, request }) => {
      const many = 'locations' in body
      const wanted = many ? body.locations : [body]
      const created = await locations.createMany(getDomain(request).domain, wanted.map(toNewLocation))
      const answers = created.map(toLocationAnswer)
      const [first] = answers
      return many || !first ? { locations: answers } : first
    },
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      url: `${BASE}/locations`,
      summary: 'List the locations',
      params: DomainParams,
      answer: LocationsAnswer,
    },
    async ({ request }) => ({
      locations: (await locations.list(getDomain(request).domain)).map(toLocationAnswer),
    }),
  )
}
