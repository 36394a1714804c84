import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Problem } from '#infra/platform/index.ts'
import type { FoundDocument } from '#warehouse/index.ts'
import { getDomain } from '../plugins/access.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { waitForWarehouse } from '../server/freshness.ts'
import { Meta, RestQuery, toMeta } from './page.ts'
import type { Paging } from './page.ts'

/** A resource of the REST API: a list with filters and pages, and one of it by id. Source: reference §10.1. */
export interface Resource<Asked extends Paging, Shape extends z.ZodType> {
  /** The same resource under the names that its readers know. */
  readonly bases: readonly string[]
  readonly tag: string
  /** In words: "List forms", "One form". */
  readonly summaries: { readonly list: string; readonly one: string }
  /** Of the id in the address. */
  readonly idParam: string
  readonly shape: Shape
  /** For the OpenAPI document: the filters of the list, and what one of it can be asked. */
  readonly described: { readonly list: z.ZodType; readonly one: z.ZodType }
  /** @throws API_FILTER_INVALID */
  parseQuery(query: RestQuery): Asked
  list(
    domain: string,
    asked: Asked,
  ): Promise<{ readonly rows: readonly FoundDocument[]; readonly total_count: number }>
  find(domain: string, id: string): Promise<readonly FoundDocument[]>
  toObjects(
    request: FastifyRequest,
    query: RestQuery,
    found: readonly FoundDocument[],
  ): Promise<readonly z.input<Shape>[]>
  missing(): Problem
}

/** Adds the two routes under each of the names. Both wait until the warehouse holds what is committed now. */
export function defineResource<Asked extends Paging, Shape extends z.ZodType>(
  app: FastifyInstance,
  { postgres }: ApiDependencies,
  resource: Resource<Asked, Shape>,
): void {
  const { idParam } = resource
  const shared = {
    permission: 'read',
    challenge: true,
    tag: resource.tag,
    method: 'GET',
    query: RestQuery,
  } as const
  for (const base of resource.bases) {
    defineRoute(
      app,
      {
        ...shared,
        url: base,
        summary: resource.summaries.list,
        describedQuery: resource.described.list,
        answer: z.object({ meta: Meta, objects: z.array(resource.shape) }),
      },
      async ({ query, request }) => {
        const asked = resource.parseQuery(query)
        await waitForWarehouse(postgres)
        const found = await resource.list(getDomain(request).domain, asked)
        return {
          meta: toMeta(query, asked, found.total_count),
          objects: [...(await resource.toObjects(request, query, found.rows))],
        }
      },
    )
    defineRoute(
      app,
      {
        ...shared,
        url: `${base}/:${idParam}`,
        summary: resource.summaries.one,
        describedQuery: resource.described.one,
        params: z.object({ domain: z.string(), [idParam]: z.string() }),
        answer: resource.shape,
      },
      async ({ params, query, request }) => {
        await waitForWarehouse(postgres)
        const found = await resource.find(getDomain(request).domain, params[idParam] ?? '')
        const [object] = await resource.toObjects(request, query, found)
        if (object === undefined) throw resource.missing()
        return object
      },
    )
  }
}
