import type { FastifyInstance, FastifyRequest } from 'fastify'
import { findCasesByIds, type FoundDocument, type ListCasesAsked } from '#warehouse/index.ts'
import { getDomain } from '../plugins/access.ts'
import { caseMissing } from '../problems.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { CaseObject } from './case-object.ts'
import { CaseListQuery, FullCaseQuery } from './documented-query.ts'
import { addToCase, toCaseObjects } from './full.ts'
import { toOrigin } from './origin.ts'
import { parseFlag, parseOrder, parsePaging, parseRange } from './page.ts'
import type { RestQuery } from './page.ts'
import { defineResource } from './define-resource.ts'

const ORDERS = ['server_date_modified', 'date_modified', 'indexed_on'] as const
const BASES = ['/a/:domain/api/v0.5/case', '/a/:domain/api/v0.4/case', '/a/:domain/api/case/v1'] as const

/** @throws API_FILTER_INVALID */
function parseCaseQuery(query: RestQuery): ListCasesAsked {
  const order = parseOrder(query, {
    names: ORDERS,
    missing: { orderBy: 'server_date_modified', descending: false },
  })
  return {
    ...parsePaging(query),
    order_by: order.orderBy,
    descending: order.descending,
    owner_id: query.owner_id ?? query['properties/owner_id'],
    user_id: query.user_id,
    type: query.type ?? query['properties/case_type'],
    name: query.name ?? query['properties/case_name'],
    external_id: query.external_id ?? query['properties/external_id'],
    closed: parseFlag(query, 'closed'),
    date_modified: parseRange(query, 'date_modified'),
    server_date_modified: parseRange(query, 'server_date_modified'),
    indexed_on: parseRange(query, 'indexed_on'),
  }
}

/** `/api/v0.5/case/` and its aliases. Source: reference §10.1, §10.2, §10.4. */
export function caseRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { warehouse, queries } = dependencies

  async function toObjects(request: FastifyRequest, query: RestQuery, found: readonly FoundDocument[]) {
    const { domain } = getDomain(request)
    const origin = toOrigin(request, dependencies)
    const extras = {
      childCases: parseFlag(query, 'child_cases__full') ?? false,
      parentCases: parseFlag(query, 'parent_cases__full') ?? false,
      formsByName: parseFlag(query, 'xforms_by_name__full') ?? false,
      formsByXmlns: parseFlag(query, 'xforms_by_xmlns__full') ?? false,
    }
    const objects = await toCaseObjects(warehouse, domain, found, origin)
    if (!Object.values(extras).includes(true)) return objects
    return Promise.all(
      objects.map(async (object) => addToCase(dependencies, domain, object, { extras, origin })),
    )
  }

  defineResource(app, dependencies, {
    bases: BASES,
    tag: 'cases',
    summaries: { list: 'List cases', one: 'One case' },
    idParam: 'caseId',
    shape: CaseObject,
    described: { list: CaseListQuery, one: FullCaseQuery },
    parseQuery: parseCaseQuery,
    list: async (domain, asked) => queries.listCases(domain, asked),
    find: async (domain, caseId) => findCasesByIds(warehouse, domain, [caseId]),
    toObjects,
    missing: () => caseMissing({}),
  })
}
