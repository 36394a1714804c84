import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { runAudit } from '#warehouse/index.ts'
import type { Originals } from '#warehouse/index.ts'
import { defineRoute } from '../../server/define-route.ts'
import type { ApiDependencies } from '../../server/dependencies.ts'

const AuditBody = z.object({ domain: z.string().optional(), repair: z.boolean().default(false) })
const AuditAnswer = z.object({
  domains: z.number(),
  forms: z.number(),
  cases: z.number(),
  workers: z.number(),
  /** Hours of forms and of cases that were compared. */
  hours: z.number(),
  /** Documents of which every column was compared. */
  verified: z.number(),
  differences: z.array(
    z.object({
      domain: z.string(),
      what: z.enum(['forms', 'cases', 'case_facts', 'case_changes', 'workers']),
      id: z.string(),
      kind: z.enum(['missing', 'extra', 'stale', 'changed']),
      expected_version: z.number().nullable(),
      found_version: z.number().nullable(),
    }),
  ),
  repaired: z.number(),
  unrepaired: z.number(),
  /** After a repair: what still differs. */
  remaining: z.number().optional(),
})

/** Compares what was received with what the warehouse holds. */
export function auditRoute(
  app: FastifyInstance,
  { postgres, warehouse, tenants, log, originals }: ApiDependencies & { readonly originals: Originals },
): void {
  defineRoute(
    app,
    {
      method: 'POST',
      url: '/api/admin/audit',
      permission: 'operator',
      tag: 'operation',
      summary: 'Compare the stores of one or all project spaces, and repair differences when asked',
      body: AuditBody,
      answer: AuditAnswer,
    },
    async ({ body }) => {
      const domains =
        body.domain === undefined
          ? (await tenants.domains.list()).map(({ domain }) => domain)
          : [(await tenants.domains.get(body.domain)).domain]
      const stores = { postgres, warehouse, originals }
      const {
        remaining,
        reasons: _,
        ...report
      } = await runAudit({ ...stores, domains, repair: body.repair, log })
      return {
        ...report,
        differences: report.differences.map((difference) => ({ ...difference })),
        ...(remaining === undefined ? {} : { remaining }),
      }
    },
  )
}
