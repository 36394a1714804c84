import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { CaseHistory, CasePage, CaseTree } from '../contract.ts'
import { toCasePage } from '../pages/case-page.ts'
import { PathPart } from '../pages/params.ts'
import { toTreeNode } from '../pages/tree-node.ts'
import { readNames } from '../pages/names.ts'
import { getDomain } from '../plugins/access.ts'
import { caseMissing } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { readInstant } from '../server/freshness.ts'
import { toMutable } from '../server/mutable.ts'

const Params = z.object({ domain: z.string(), caseId: PathPart })
const BASE = '/a/:domain/api/v1/cases/:caseId'
const shared = { method: 'GET', permission: 'read', tag: 'pages', params: Params } as const

/** One case: what it is, how it became so, and what hangs on it; as it is now, straight from where it is kept. */
export function casePageRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  casePageRoute(app, dependencies)
  caseHistoryRoute(app, dependencies)
  defineRoute(
    app,
    { ...shared, url: `${BASE}/tree`, summary: 'A case among its relatives', answer: CaseTree },
    async ({ params, request }) => {
      const as_of = await readInstant(dependencies.postgres)
      const tree = await dependencies.reads.relatedCases(getDomain(request).domain, params.caseId)
      if (!tree) throw caseMissing({})
      return { as_of, root: toTreeNode(tree.root), truncated: tree.truncated }
    },
  )
}

function casePageRoute(app: FastifyInstance, { tenants, reads, postgres }: ApiDependencies): void {
  defineRoute(
    app,
    { ...shared, url: BASE, summary: 'A case with its properties', answer: CasePage },
    async ({ params, request }) => {
      const { domain, timezone } = getDomain(request)
      const as_of = await readInstant(postgres)
      const [found, ledgers, nameOf] = await Promise.all([
        reads.findCase(domain, params.caseId),
        reads.ledgers(domain, params.caseId),
        readNames(tenants, domain),
      ])
      if (!found) throw caseMissing({})
      return toCasePage(found.snapshot, { as_of, timezone, ledgers, nameOf })
    },
  )
}

function caseHistoryRoute(app: FastifyInstance, { tenants, reads, postgres }: ApiDependencies): void {
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
      const as_of = await readInstant(postgres)
      const [steps, nameOf] = await Promise.all([
        reads.caseHistory(domain, params.caseId),
        readNames(tenants, domain),
      ])
      if (steps.length === 0) throw caseMissing({})
      return {
        as_of,
        timezone,
        transactions: steps
          .toReversed()
          .map((step) => ({ ...toMutable(step), username: nameOf(step.user_id) })),
      }
    },
  )
}
