import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listAuditFindings, listAuditRuns, recordRun, runAudit } from '#warehouse/index.ts'
import type { Originals } from '#warehouse/index.ts'
import { AuditFinding, AuditRun } from '../../contract.ts'
import { toAuditRun, toFinding } from '../pipeline.ts'
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

const HistoryAnswer = z.object({ runs: z.array(AuditRun), findings: z.array(AuditFinding) })
const HISTORY = 100

/** Compares what was received with what the warehouse holds. */
export function auditRoute(
  app: FastifyInstance,
  { postgres, warehouse, tenants, log, now, originals }: ApiDependencies & { readonly originals: Originals },
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
      const startedAt = now()
      const found = await runAudit({ ...stores, domains, repair: body.repair, log })
      const ran = { scope: 'asked', startedAt, asOf: null, outcome: 'done', code: null } as const
      await recordRun(postgres, { ...ran, report: found })
      const { remaining, reasons: _, ...report } = found
      return {
        ...report,
        differences: report.differences.map((difference) => ({ ...difference })),
        ...(remaining === undefined ? {} : { remaining }),
      }
    },
  )
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/api/admin/audit',
      permission: 'operator',
      tag: 'operation',
      summary: 'The newest audits, and what they found',
      answer: HistoryAnswer,
    },
    async () => ({
      runs: (await listAuditRuns(postgres, HISTORY)).map(toAuditRun),
      findings: (await listAuditFindings(postgres, { limit: HISTORY })).map(toFinding),
    }),
  )
}
