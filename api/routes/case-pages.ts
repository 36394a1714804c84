import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { findCasesByIds, listCaseChanges } from '#warehouse/index.ts'
import { CaseHistory, CasePage, CaseTree } from '../contract.ts'
import { parseSnapshot, toActionWords, toChanges } from '../pages/case-changes.ts'
import { readCaseTree } from '../pages/case-tree.ts'
import { readNames } from '../pages/names.ts'
import { getDomain } from '../plugins/access.ts'
import { caseMissing } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { waitForWarehouse } from '../server/freshness.ts'

const Params = z.object({ domain: z.string(), caseId: z.string() })
const BASE = '/a/:domain/api/v1/cases/:caseId'
const shared = { method: 'GET', permission: 'read', tag: 'pages', params: Params } as const

/** One case: what it is, how it became so, and what hangs on it. */
export function casePageRoutes(
  app: FastifyInstance,
  { tenants, warehouse, postgres }: ApiDependencies,
): void {
  defineRoute(
    app,
    { ...shared, url: BASE, summary: 'A case with its properties', answer: CasePage },
    async ({ params, request }) => {
      const { domain, timezone } = getDomain(request)
      await waitForWarehouse(postgres)
      const [[found], nameOf] = await Promise.all([
        findCasesByIds(warehouse, domain, [params.caseId]),
        readNames(tenants, domain),
      ])
      if (!found) throw caseMissing({})
      const snapshot = parseSnapshot(found.document)
      return {
        timezone,
        case_id: snapshot.case_id,
        case_type: snapshot.type,
        case_name: snapshot.name,
        owner_id: snapshot.owner_id,
        owner_name: nameOf(snapshot.owner_id),
        external_id: snapshot.external_id,
        opened_on: snapshot.opened_at,
        opened_by_name: nameOf(snapshot.opened_by),
        modified_on: snapshot.modified_at,
        modified_by_name: nameOf(snapshot.modified_by),
        server_modified_on: snapshot.server_modified_at,
        closed: snapshot.closed,
        closed_on: snapshot.closed_at,
        closed_by_name: snapshot.closed ? nameOf(snapshot.closed_by) : null,
        deleted: snapshot.deleted,
        properties: Object.entries(snapshot.properties).map(([property, value]) => ({ property, value })),
        indices: snapshot.indices.map(({ identifier, referenced_id, referenced_type, relationship }) => ({
          identifier,
          case_id: referenced_id,
          case_type: referenced_type,
          relationship,
        })),
        ledgers: [],
      }
    },
  )

  defineRoute(
    app,
    {
      ...shared,
      url: `${BASE}/history`,
      summary: 'Every change of a case, newest first',
      answer: CaseHistory,
    },
    async ({ params, request }) => {
      const { domain, timezone } = getDomain(request)
      await waitForWarehouse(postgres)
      const [changes, nameOf] = await Promise.all([
        listCaseChanges(warehouse, domain, { caseId: params.caseId }),
        readNames(tenants, domain),
      ])
      if (changes.length === 0) throw caseMissing({})
      return {
        timezone,
        transactions: changes.map((change) => ({
          form_id: change.form_id,
          form_name: change.form_name,
          actions: toActionWords(change),
          user_id: change.user_id,
          username: change.username || nameOf(change.user_id),
          client_date: change.changed_at,
          server_date: change.server_at,
          revoked: false,
          changes: toChanges(change),
        })),
      }
    },
  )

  defineRoute(
    app,
    { ...shared, url: `${BASE}/tree`, summary: 'A case among its relatives', answer: CaseTree },
    async ({ params, request }) => {
      await waitForWarehouse(postgres)
      const tree = await readCaseTree(warehouse, getDomain(request).domain, params.caseId)
      if (!tree) throw caseMissing({})
      return tree
    },
  )
}
