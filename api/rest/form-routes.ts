import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { findFormsByIds, type FoundDocument, type ListFormsAsked } from '#warehouse/index.ts'
import { getDomain } from '../plugins/access.ts'
import { formMissing } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { waitForWarehouse } from '../server/freshness.ts'
import { FormObject, toFormObject } from './form-object.ts'
import { FormListQuery, FullQuery } from './documented-query.ts'
import { Meta, parseFlag, parseOrder, parsePaging, parseRange, RestQuery, toMeta } from './page.ts'
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
  const { postgres, warehouse, queries } = dependencies

  async function toObjects(request: FastifyRequest, query: RestQuery, found: readonly FoundDocument[]) {
    const { domain } = getDomain(request)
    const objects = found.map((row) => toFormObject(domain, row, toOrigin(request, dependencies)))
    if (!parseFlag(query, 'cases__full')) return objects
    return addCasesOfForms(warehouse, domain, objects, {
      documents: found,
      origin: toOrigin(request, dependencies),
    })
  }

  for (const base of BASES) {
    const shared = {
      permission: 'read',
      challenge: true,
      tag: 'forms',
      method: 'GET',
      query: RestQuery,
    } as const
    defineRoute(
      app,
      {
        ...shared,
        url: base,
        summary: 'List forms',
        describedQuery: FormListQuery,
        answer: z.object({ meta: Meta, objects: z.array(FormObject) }),
      },
      async ({ query, request }) => {
        const asked = parseFormQuery(query)
        await waitForWarehouse(postgres)
        const found = await queries.listForms(getDomain(request).domain, asked)
        return {
          meta: toMeta(query, asked, found.total_count),
          objects: await toObjects(request, query, found.rows),
        }
      },
    )
    defineRoute(
      app,
      {
        ...shared,
        url: `${base}/:formId`,
        summary: 'One form',
        describedQuery: FullQuery,
        params: z.object({ domain: z.string(), formId: z.string() }),
        answer: FormObject,
      },
      async ({ params, query, request }) => {
        await waitForWarehouse(postgres)
        const found = await findFormsByIds(warehouse, getDomain(request).domain, [params.formId])
        const [object] = await toObjects(request, query, found)
        if (!object) throw formMissing({})
        return object
      },
    )
  }
}
