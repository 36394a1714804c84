import type { FastifyInstance } from 'fastify'
import { toDocsPage } from '../openapi/docs-page.ts'
import { toOpenApi } from '../openapi/openapi.ts'
import { toOrigin } from '../rest/origin.ts'
import type { Address } from '../server/addresses.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

const VERSION = '1'

/** What this API takes and answers, for programs and for people. */
export function documentRoutes(
  app: FastifyInstance,
  { addresses, publicUrl }: Pick<ApiDependencies, 'publicUrl'> & { readonly addresses: readonly Address[] },
): void {
  const shared = { method: 'GET', permission: 'public', tag: 'documents' } as const
  defineRoute(
    app,
    {
      ...shared,
      url: '/api/openapi.json',
      summary: 'The OpenAPI 3.1 document',
      answerType: 'application/json',
    },
    async ({ request }) =>
      toOpenApi(addresses, { version: VERSION, origin: toOrigin(request, { publicUrl }) }),
  )
  defineRoute(
    app,
    { ...shared, url: '/api/docs', summary: 'This page', answerType: 'text/html' },
    async ({ request, reply }) =>
      reply
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .type('text/html; charset=utf-8')
        .send(toDocsPage(addresses, { origin: toOrigin(request, { publicUrl }) })),
  )
}
