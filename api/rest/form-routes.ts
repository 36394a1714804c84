import type { FastifyInstance, FastifyRequest } from 'fastify'
import { findFormsByIds, type FoundDocument, type ListFormsAsked } from '#warehouse/index.ts'
import { getDomain } from '../plugins/access.ts'
import { formMissing } from '../problems.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { FormObject, toFormObject } from './form-object.ts'
import { FormListQuery, FullQuery } from './documented-query.ts'
import { parseFlag, parseOrder, parsePaging, parseRange } from './page.ts'
import type { RestQuery } from './page.ts'
import { defineResource } from './define-resource.ts'
import { addCasesOfForms } from './full.ts'
import { toOrigin } from './origin.ts'

const ORDERS = ['received_on', 'server_modified_on', 'indexed_on'] as const
/** The same resource under the names that its readers know. */
const BASES = ['/a/:domain/api/v0.5/form', '/a/:domain/api/v0.4/form', '/a/:domain/api/form/v1'] as const

/** @throws API_FILTER_INVALID */
function parseFormQuery(query: RestQuery): ListFormsAsked {
  const order = parseOrder(query, { names: ORDERS, missing: { orderBy: 'received_on', descending: true } })
  return {
    ...parsePaging(query),
    order_by: order.orderBy,
    descending: order.descending,
    xmlns: query.xmlns,
    app_id: query.app_id,
    app_version: query.appVersion,
    user_id: query.user_id,
    case_id: query.case_id,
    type: query.type,
    include_archived: parseFlag(query, 'include_archived') ?? false,
    received_on: parseRange(query, 'received_on'),
    server_modified_on: parseRange(query, 'server_modified_on'),
    indexed_on: parseRange(query, 'indexed_on'),
  }
}

/** `/api/v0.5/form/` and its aliases. Source: reference §10.1–10.3. */
export function formRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { warehouse, queries } = dependencies

  async function toObjects(request: FastifyRequest, query: RestQuery, found: readonly FoundDocument[]) {
    const { domain } = getDomain(request)
    const objects = found.map((row) => toFormObject(domain, row, toOrigin(request, dependencies)))
    if (!parseFlag(query, 'cases__full')) return objects
    return addCasesOfForms(warehouse, domain, objects, {
      documents: found,
      origin: toOrigin(request, dependencies),
    })
  }

  defineResource(app, dependencies, {
    bases: BASES,
    tag: 'forms',
    summaries: { list: 'List forms', one: 'One form' },
    idParam: 'formId',
    shape: FormObject,
    described: { list: FormListQuery, one: FullQuery },
    parseQuery: parseFormQuery,
    list: async (domain, asked) => queries.listForms(domain, asked),
    find: async (domain, formId) => findFormsByIds(warehouse, domain, [formId]),
    toObjects,
    missing: () => formMissing({}),
  })
}
