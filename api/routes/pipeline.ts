/** How data gets from phones to reports, as people see it: rates, lag, audits, archive. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem, readFeedLag } from '#infra/platform/index.ts'
import { readArchiveStatus } from '#ingest/index.ts'
import {
  findLastFullRun,
  formsPerMinute,
  listAuditFindings,
  listAuditRuns,
  type AuditFinding,
  type AuditRun,
} from '#warehouse/index.ts'
import { Pipeline } from '../contract.ts'
import type { AuditFinding as FindingAnswer, AuditRun as RunAnswer } from '../contract.ts'
import { getDomain, getPrincipal } from '../plugins/access.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { readInstant } from '../server/freshness.ts'

const MINUTES = 30
const RUNS = 20
const FINDINGS = 50

type Answer = z.input<typeof Pipeline>

/** Findings of the domain alone; what concerns all project spaces only for those who may see all. */
export function pipelineRoute(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { postgres } = dependencies
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/a/:domain/api/v1/pipeline',
      permission: 'read',
      tag: 'operation',
      summary: 'Rates, lag of each consumer, audits and the archive',
      params: z.object({ domain: z.string() }),
      answer: Pipeline,
    },
    async ({ request }) => {
      const { domain, timezone } = getDomain(request)
      const seesAll = maySeeAll(request)
      const as_of = await readInstant(postgres)
      const [forms_per_minute, lags, audit, platform] = await Promise.all([
        readRates(dependencies, domain),
        readFeedLag(postgres),
        readAudit(dependencies, seesAll ? undefined : domain),
        seesAll ? readPlatform(dependencies) : null,
      ])
      const consumers = lags.map((lag) => ({
        name: lag.consumer,
        lag_seconds: lag.lagSeconds,
        silent_seconds: lag.silentSeconds,
        waiting_events: seesAll ? lag.waitingEvents : null,
      }))
      return { as_of, timezone, forms_per_minute, consumers, audit, platform }
    },
  )
}

function maySeeAll(request: FastifyRequest): boolean {
  const principal = getPrincipal(request)
  return principal.kind === 'operator' || (principal.kind === 'web-user' && principal.isSuperuser)
}

/** Null while the engine is away: everything else on the page is known all the same. */
async function readRates(
  { warehouse, now }: ApiDependencies,
  domain: string,
): Promise<Answer['forms_per_minute']> {
  try {
    return [...(await formsPerMinute(warehouse, { domain, now: now(), minutes: MINUTES }))]
  } catch (error) {
    if (error instanceof Problem && error.kind === 'unavailable') return null
    throw error
  }
}

async function readAudit(
  { postgres }: ApiDependencies,
  domain: string | undefined,
): Promise<Answer['audit']> {
  const [full, [newest], findings] = await Promise.all([
    findLastFullRun(postgres),
    listAuditRuns(postgres, 1),
    listAuditFindings(postgres, { domain, limit: FINDINGS }),
  ])
  return {
    last_full_at: full?.finishedAt ?? null,
    last_outcome: newest?.outcome ?? null,
    last_code: newest?.code ?? null,
    findings: findings.map(toFinding),
  }
}

async function readPlatform({ postgres }: ApiDependencies): Promise<Answer['platform']> {
  const [runs, archive] = await Promise.all([listAuditRuns(postgres, RUNS), readArchiveStatus(postgres)])
  return { audit_runs: runs.map(toAuditRun), archive }
}

/** In the wire's names. */
export function toFinding(finding: AuditFinding): z.input<typeof FindingAnswer> {
  const { runId, foundAt, documentId, ...rest } = finding
  return { ...rest, run_id: runId, found_at: foundAt, document_id: documentId }
}

/** In the wire's names. */
export function toAuditRun(run: AuditRun): z.input<typeof RunAnswer> {
  const { runId, startedAt, finishedAt, asOf, ...rest } = run
  return { ...rest, run_id: runId, started_at: startedAt, finished_at: finishedAt, as_of: asOf }
}
